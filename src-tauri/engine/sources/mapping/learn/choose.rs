//! Which field of an event stands where: names and values weighed, and why.

use std::collections::{BTreeMap, BTreeSet};

use super::super::Field;
use super::gather::Stat;
use super::shape::TimeForm;
use super::words::{self, Meanings, NAMES, Names};

/// From here on a field is proposed.
pub const SURE: i32 = 70;
/// From here on it is shown, commented out.
pub const LIKELY: i32 = 45;
/// Nearer than this, a candidate competes.
const NEAR: i32 = 20;

/// How a candidate stands in the proposal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    Proposed,
    /// Commented out: another field is as good or better.
    Rival,
    /// Commented out: its meaning is only likely.
    Likely,
}

/// One field of an event, and where it may stand.
#[derive(Debug, Clone)]
pub struct Choice {
    pub field: Field,
    /// Place of the field of the export in the list of statistics.
    pub place: usize,
    pub score: i32,
    pub standing: Standing,
    /// The evidence, for the reviewer.
    pub why: String,
}

/// The steps of a pointer, folded: lower case, without separators; and their words.
struct Named {
    last: String,
    parent: String,
    /// Words of both.
    words: BTreeSet<String>,
    depth: usize,
}

impl Named {
    fn of(pointer: &str) -> Named {
        let steps: Vec<&str> = pointer.split('/').skip(1).filter(|s| s.parse::<usize>().is_err()).collect();
        let fold = |step: &str| step.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        // A column `caller.client_id` is a member of `caller`.
        let parts: Vec<&str> = steps.iter().flat_map(|s| s.split('.')).filter(|s| !s.is_empty()).collect();
        let (last, parent) = (parts.last().copied().unwrap_or(""), parts.iter().rev().nth(1).copied().unwrap_or(""));
        let words = split_words(last).into_iter().chain(split_words(parent)).collect();
        Named { last: fold(last), parent: fold(parent), words, depth: parts.len() }
    }

    /// Points for the name, and the words that say so.
    fn score(&self, names: &Names) -> i32 {
        if self.words.iter().any(|w| names.never.contains(&w.as_str())) {
            return -100;
        }
        let general = matches!(
            self.last.as_str(),
            "id" | "name" | "no" | "number" | "ref" | "key" | "value" | "type" | "kind" | "code"
        );
        if let Some(rank) = names.names.iter().position(|n| *n == self.last)
            && (!general || self.depth == 1)
        {
            // The likelier of two names wins; a name of its own at the top more so.
            return 50 - (rank.min(12) as i32) / 2 + i32::from(self.depth == 1);
        }
        let under = names.under.contains(&self.parent.as_str());
        if under && names.general.contains(&self.last.as_str()) {
            return 48;
        }
        let word = |list: &[&str]| self.words.iter().any(|w| w.len() > 2 && list.contains(&w.as_str()));
        // `order_id`, one of its own in each record, may be the record's.
        let some_id = names.field == Field::Id && self.words.contains("id");
        if word(names.names) || under || some_id { 20 } else { 0 }
    }
}

/// `clientId`, `client_id`, `client-id` are the words client and id.
fn split_words(step: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut lower = false;
    for c in step.chars() {
        if !c.is_alphanumeric() || c.is_uppercase() && lower {
            words.push(String::new());
        }
        lower = c.is_lowercase();
        if c.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|w| !w.is_empty());
    words
}

/// Candidates for the fields of one kind of record. Where one stands, no other field of an event is looked for.
pub fn choose(stats: &[Stat], records: usize, wanted: impl Fn(Field) -> bool) -> Vec<Choice> {
    let runs = run_values(stats, records);
    let only_time = stats.iter().filter(|s| s.time().is_some_and(|f| !f.is_epoch())).count() == 1;
    let mut all = Vec::new();
    for names in NAMES.iter().filter(|n| wanted(n.field)) {
        for stat in stats.iter().filter(|s| !s.is_secret() || names.field == Field::Credential) {
            let Some((points, why)) = shape(names.field, stat, records, &runs) else { continue };
            let mut score = Named::of(&stat.pointer).score(names);
            if names.field == Field::Time && only_time && score >= 0 {
                score = score.max(30);
            }
            score += points - rarity(stat, records);
            if stat.is_in_list() {
                score = score.min(SURE - 1);
            }
            if score >= LIKELY {
                all.push(Choice { field: names.field, place: stat.place, score, standing: Standing::Likely, why });
            }
        }
    }
    // The strongest first; then the order of fields, then of the export.
    all.sort_by_key(|c| (-c.score, c.field, c.place));
    let mut chosen = assign(all);
    beside(stats, &mut chosen);
    chosen
}

/// What stands deep, or in few records, is seldom the field of every event.
fn rarity(stat: &Stat, records: usize) -> i32 {
    let depth = stat.pointer.matches('/').count().saturating_sub(3).min(4) as i32;
    depth * 2 + if stat.records * 10 < records { 10 } else { 0 }
}

fn assign(all: Vec<Choice>) -> Vec<Choice> {
    let mut taken: BTreeMap<usize, Field> = BTreeMap::new();
    let mut best: BTreeMap<Field, i32> = BTreeMap::new();
    let mut chosen: Vec<Choice> = Vec::new();
    for mut choice in all {
        if taken.contains_key(&choice.place) {
            continue;
        }
        match best.get(&choice.field) {
            None if choice.score >= SURE => {
                choice.standing = Standing::Proposed;
                taken.insert(choice.place, choice.field);
                best.insert(choice.field, choice.score);
            }
            Some(score) if score - choice.score < NEAR => choice.standing = Standing::Rival,
            Some(_) => continue,
            None => {}
        }
        chosen.push(choice);
    }
    // Of two names as good as each other nobody is chosen for the reviewer.
    for field in [Field::Wire, Field::Human, Field::Agent] {
        let Some(score) = best.get(&field) else { continue };
        if chosen.iter().any(|c| c.field == field && c.standing == Standing::Rival && score - c.score <= 3) {
            for choice in chosen.iter_mut().filter(|c| c.field == field) {
                choice.standing = Standing::Rival;
            }
        }
    }
    few(chosen, &taken)
}

/// A kind that stands elsewhere than what it is the kind of may be another's.
fn beside(stats: &[Stat], chosen: &mut [Choice]) {
    let parent =
        |c: &Choice| stats.get(c.place).and_then(|s| s.pointer.rsplit_once('/')).map(|(head, _)| head.to_string());
    for (kind, of) in [(Field::WireKind, Field::Wire), (Field::ResourceType, Field::Resource)] {
        let place = chosen.iter().find(|c| c.field == of && c.standing == Standing::Proposed).and_then(parent);
        for choice in chosen.iter_mut().filter(|c| c.field == kind && c.standing == Standing::Proposed) {
            if place.is_none() || parent(choice) != place {
                choice.standing = Standing::Likely;
            }
        }
    }
}

fn few(mut chosen: Vec<Choice>, taken: &BTreeMap<usize, Field>) -> Vec<Choice> {
    // A field that another has taken is no rival, and few are enough.
    let mut shown: BTreeMap<Field, usize> = BTreeMap::new();
    chosen.retain(|c| {
        let is_free = taken.get(&c.place).is_none_or(|field| *field == c.field);
        let count = shown.entry(c.field).or_default();
        *count += usize::from(is_free);
        is_free && *count <= 3
    });
    chosen
}

/// Values of the field that is most clearly a run: a parent run is one of them.
fn run_values(stats: &[Stat], records: usize) -> BTreeSet<String> {
    let Some(names) = NAMES.iter().find(|n| n.field == Field::Run) else { return BTreeSet::new() };
    let scored = stats.iter().filter_map(|stat| {
        let (points, _) = shape(Field::Run, stat, records, &BTreeSet::new())?;
        let score = Named::of(&stat.pointer).score(names) + points;
        (score >= SURE).then_some((score, stat))
    });
    let best = scored.max_by_key(|(score, stat)| (*score, std::cmp::Reverse(stat.place)));
    best.map(|(_, stat)| stat.values.keys().cloned().collect()).unwrap_or_default()
}

/// What the values say of the field: points and the reason, or that it cannot be it.
fn shape(field: Field, stat: &Stat, records: usize, runs: &BTreeSet<String>) -> Option<(i32, String)> {
    use Field::*;
    let scalar = stat.lists == 0 && stat.tables == 0 && stat.json_texts == 0;
    let everywhere = stat.records * 10 >= records * 9;
    let ids = stat.mostly(stat.ids + stat.uuids.saturating_sub(stat.ids));
    let timed = stat.time().is_some_and(|form| !form.is_epoch());
    let text = scalar && stat.numbers * 2 < stat.records.max(1) && stat.flags == 0 && !timed;
    let say = |points: i32, why: &str| Some((points, why.to_string()));
    let distinct = stat.distinct();
    match field {
        Time | End | IssuedAt | NotBefore | Expires | Start | ValidFrom | ValidTo => {
            let form = stat.time().filter(|_| scalar)?;
            let points = match form {
                TimeForm::Rfc3339 | TimeForm::Zoned => 45,
                TimeForm::Naive => 40,
                TimeForm::Date if field != Time => 35,
                TimeForm::Date => 15,
                // Shown, and never proposed: no mapping can read it.
                TimeForm::Slashed => 15,
                _ => 30,
            };
            let rare = if field == Time && !everywhere { 25 } else { 0 };
            Some((points - rare, form.words().to_string()))
        }
        Id => match stat.is_unique() && scalar && everywhere && !timed && stat.flags == 0 {
            true if stat.numbers > 0 => say(25, "a number of its own in each record"),
            true => say(30, "a value of its own in each record"),
            // Of one record nothing can be said.
            false => {
                (records == 1 && text).then_some((20, "one record only: whether it is unique cannot be seen".into()))
            }
        },
        Run | Conversation | Session | ToolCall | Token | Credential => {
            (text && ids).then(|| (30, format!("ids, {distinct} different")))
        }
        ParentRun => {
            let known = stat.values.keys().filter(|v| runs.contains(*v)).count();
            let overlap = known * 10 >= distinct * 3 && known > 0 && distinct < runs.len().max(2);
            match overlap && text {
                true => Some((45, format!("{known} of its {distinct} values are runs of this export"))),
                false => {
                    (text && ids).then(|| (25, format!("ids, {distinct} different, none of them a run of this export")))
                }
            }
        }
        Trace => stat.mostly(stat.hex32 + stat.uuids).then_some((40, "32 hexadecimal digits".into())),
        Span | ParentSpan => stat.mostly(stat.hex16).then_some((40, "16 hexadecimal digits".into())),
        SourceIp => stat.mostly(stat.ips).then_some((45, "addresses".into())),
        UserAgent => (stat.mostly(stat.user_agents) || text && stat.user_agents > 0)
            .then_some((35, "product and version".into())),
        Outcome if stat.distinct() > 0 && stat.values.keys().all(|v| words::is_http(v)) => say(40, "HTTP codes"),
        Outcome => meant(words::OUTCOMES, stat).filter(|_| scalar),
        Decision | Effect => meant(words::DECISIONS, stat).filter(|_| scalar),
        WireKind => meant(words::KINDS, stat).filter(|_| text),
        Evaluated => (stat.lists > 0).then(|| (28, format!("a list of {distinct} different names"))),
        Audience | Scope => (stat.lists > 0 || text && !ids).then(|| (28, format!("{distinct} different"))),
        Action if stat.values.keys().all(|v| words::HTTP_VERBS.contains(&v.as_str())) => {
            (text && distinct > 0).then_some((10, "verbs of HTTP only".into()))
        }
        Action | Service | ResourceType | Tenant | Trigger | Type | Status | Department => {
            let closed = text && stat.mostly(stat.words) && stat.is_closed() && stat.user_agents == 0;
            closed.then(|| (28, format!("words, {distinct} different")))
        }
        Host | Policy | Issuer | Manager | Condition | Principal | Name => {
            (text && !timed && stat.user_agents == 0 && stat.ips == 0)
                .then(|| (25, format!("text, {distinct} different")))
        }
        Resource => (text && stat.ips == 0 && stat.emails == 0).then(|| (28, format!("text, {distinct} different"))),
        Wire | Agent | RequestedBy | ApprovedBy | Subject => {
            let who = text && stat.ips == 0 && !stat.mostly(stat.user_agents);
            who.then(|| (28, who_words(stat)))
        }
        Human | Email => match stat.mostly(stat.emails) {
            true => say(40, &who_words(stat)),
            // A bare word joins a directory row only where it is that row's id: its meaning is likely at most.
            false => (field == Human && text && stat.ips == 0 && !stat.mostly(stat.user_agents))
                .then(|| (if stat.emails * 2 >= stat.records { 25 } else { 15 }, who_words(stat))),
        },
        Interactive => (stat.flags > 0 && stat.mostly(stat.flags)).then_some((30, "true or false".into())),
        _ => None,
    }
}

fn who_words(stat: &Stat) -> String {
    let addresses = match stat.emails {
        0 => "no e-mail addresses".to_string(),
        n if n == stat.records => "e-mail addresses".to_string(),
        n => format!("{n} e-mail addresses"),
    };
    let other = stat.globals - stat.emails;
    let other = if other > 0 { format!(", {other} ARNs or system: names") } else { String::new() };
    format!("{addresses}{other}, {} different", stat.distinct())
}

/// Points for values that a closed list knows.
fn meant(meanings: Meanings, stat: &Stat) -> Option<(i32, String)> {
    if stat.distinct() > 40 {
        return None;
    }
    let known: usize = stat.values.iter().filter(|(v, _)| words::meaning(meanings, v).is_some()).map(|(_, n)| n).sum();
    match known {
        0 => None,
        n if n == stat.records => Some((40, "known words".into())),
        n if n * 10 >= stat.records * 8 => Some((40, format!("known words in {n} of them"))),
        n => Some((25, format!("known words in {n} of them only"))),
    }
}
