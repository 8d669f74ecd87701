//! One record through a mapping.

use super::super::hints::Place;
use super::super::json::{self, Json};
use super::super::nobody::somebody;
use super::super::otel_traces::may_be_a_person;
use super::super::row::shown;
use super::super::{Content, Hints, NotUnderstood, Record, Understood};
use super::{AttributeRule, Field, KEY, Kind, KindRule, Layout, Mapping, Rule};
use crate::model::time::DAY;
use crate::model::{
    Approval, Attribute, Claim, Credential, CredentialKind, Decision, DecisionEffect, DirectoryRow, Effect,
    Entitlement, Entry, EntryType, Event, EventKind, EvidenceKind, FilledBy, Issued, Membership, Outcome, Ownership,
    Principal, Reach, Role, RunId, Sequence, SpanId, Time, TokenFacts, TraceId, WhyEmpty, Wire, WireKind,
};

pub fn record(mapping: &Mapping, record: &Record<'_>, hints: &Hints) -> Result<Understood, NotUnderstood> {
    let values = Values { mapping, record };
    let kind = match &mapping.kind {
        KindRule::Always(kind) => *kind,
        KindRule::ByValue(rule) => match values.of(rule).as_deref().and_then(Kind::from_word) {
            Some(kind) => kind,
            // A kind that the mapping does not list is kept, with nothing in it for any question.
            None => return Ok(Understood::Kept),
        },
    };
    match kind {
        Kind::Event(kind) => event(&values, kind, hints),
        Kind::Person => person(&values).map(|row| Understood::Entry(Entry::Directory(Box::new(row)))),
        Kind::Entitlement => entitlement(&values).map(|row| Understood::Entry(Entry::Entitlement(row))),
        Kind::Ownership => ownership(&values).map(|row| Understood::Entry(Entry::Ownership(row))),
        Kind::Membership => membership(&values).map(|row| Understood::Entry(Entry::Membership(row))),
    }
}

/// The values of one record, as the mapping finds them.
pub(super) struct Values<'a> {
    pub mapping: &'a Mapping,
    pub record: &'a Record<'a>,
}

impl Values<'_> {
    fn text(&self, field: Field) -> Option<String> {
        self.of(self.mapping.rule(field)?)
    }

    /// The value of a rule: its words turned into their meaning.
    pub fn of(&self, rule: &Rule) -> Option<String> {
        let found = self.as_it_stands(rule)?;
        if rule.words.is_empty() {
            return Some(found);
        }
        let meaning = rule.words.iter().find(|(_, words)| words.iter().any(|w| w.eq_ignore_ascii_case(&found)));
        meaning.map(|(meaning, _)| meaning.clone())
    }

    /// The value of a rule before its words are looked up.
    pub fn as_it_stands(&self, rule: &Rule) -> Option<String> {
        if !self.applies(rule) {
            return None;
        }
        rule.from.iter().find_map(|p| self.at(p)).or_else(|| rule.value.clone())
    }

    fn applies(&self, rule: &Rule) -> bool {
        rule.when.iter().all(|(pointer, words)| {
            self.at(pointer).is_some_and(|found| words.iter().any(|w| w.eq_ignore_ascii_case(&found)))
        })
    }

    /// The scalar at a pointer.
    fn at(&self, pointer: &str) -> Option<String> {
        if pointer == KEY && matches!(self.mapping.layout, Layout::Members(_)) {
            return self.record.envelope.and_then(|around| json::text(around, KEY));
        }
        match &self.record.content {
            Content::Json(value) => json::text(value, pointer),
            Content::Row { .. } => self.cell(pointer, |cell, inner| match inner {
                None => Some(cell.to_string()),
                Some((value, rest)) => json::text(value, rest),
            }),
            Content::Text(_) => None,
        }
    }

    /// The texts at a pointer: elements of a list, or words of a text.
    fn list(&self, field: Field) -> Vec<String> {
        let Some(rule) = self.mapping.rule(field) else { return Vec::new() };
        if !self.applies(rule) {
            return Vec::new();
        }
        let found = rule.from.iter().find_map(|pointer| match &self.record.content {
            Content::Json(value) => json::at(value, pointer).map(json::words),
            Content::Row { .. } => self.cell(pointer, |cell, inner| match inner {
                None => Some(cell.split([';', ' ']).filter(|w| !w.is_empty()).map(String::from).collect()),
                Some((value, rest)) => json::at(value, rest).map(json::words),
            }),
            Content::Text(_) => None,
        });
        found.or_else(|| rule.value.as_ref().map(|v| vec![v.clone()])).unwrap_or_default()
    }

    /// A cell of a row, by column; `/column/inner` looks into JSON inside the cell.
    fn cell<T>(&self, pointer: &str, read: impl Fn(&str, Option<(&Json, &str)>) -> Option<T>) -> Option<T> {
        let Content::Row { header, cells } = &self.record.content else { return None };
        let named = |name: &str| {
            let at = header.iter().position(|h| h.trim_start_matches('\u{feff}').trim().eq_ignore_ascii_case(name))?;
            cells.get(at).map(|c| c.trim()).filter(|c| !c.is_empty())
        };
        let path = pointer.strip_prefix('/')?;
        if let Some(cell) = named(&json::unescape(path)) {
            return match cell.starts_with("[\"") {
                // A list inside a cell.
                true => json::parse(cell.as_bytes())
                    .ok()
                    .and_then(|v| read(cell, Some((&v, ""))))
                    .or_else(|| read(cell, None)),
                false => read(cell, None),
            };
        }
        let (column, rest) = path.split_once('/')?;
        let value = json::parse(named(&json::unescape(column))?.as_bytes()).ok()?;
        read("", Some((&value, &format!("/{rest}"))))
    }

    fn time(&self, field: Field) -> Result<Option<Time>, NotUnderstood> {
        let Some(text) = self.text(field) else { return Ok(None) };
        match moment(&text) {
            Some(time) => Ok(Some(time)),
            None => Err(NotUnderstood::bad_row(format!("`{}` is no time in {}", shown(&text), field.word()))),
        }
    }

    /// A principal, or why there is none.
    fn principal(&self, field: Field) -> Result<Option<Principal>, WhyEmpty> {
        let Some(text) = self.text(field) else { return Err(WhyEmpty::Absent) };
        somebody(&text).map(Principal::from_word)
    }

    /// Where the value came from, for the proof.
    fn field_of(&self, field: Field) -> String {
        let rule = self.mapping.rule(field);
        let from = rule.and_then(|r| r.from.iter().find(|p| self.at(p).is_some()).or_else(|| r.from.first()));
        from.cloned().unwrap_or_else(|| field.word().to_string())
    }
}

pub(super) fn moment(text: &str) -> Option<Time> {
    Time::parse(text).or_else(|| {
        json::parse(format!("\"{}\"", text.replace(['"', '\\'], "")).as_bytes()).ok().as_ref().and_then(json::moment)
    })
}

fn event(values: &Values<'_>, kind: EventKind, hints: &Hints) -> Result<Understood, NotUnderstood> {
    let text = |field| values.text(field);
    let by = values.mapping.by;
    let mut event = Event::new(kind);
    // A record without a time is kept and stands outside of every period.
    event.time = text(Field::Time).as_deref().and_then(moment);
    event.end = text(Field::End).as_deref().and_then(moment);
    event.id = text(Field::Id);
    event.tenant = text(Field::Tenant);
    event.stage = text(Field::Stage);
    event.service = text(Field::Service);
    event.action = text(Field::Action);
    event.resource = text(Field::Resource);
    event.resource_type = text(Field::ResourceType);
    event.outcome = text(Field::Outcome).map_or(Outcome::Unknown, |word| outcome(&word));
    event.run = text(Field::Run).as_deref().and_then(RunId::new).map(|run| (run, by));
    event.parent_run = text(Field::ParentRun).as_deref().and_then(RunId::new);
    event.conversation = text(Field::Conversation);
    event.trace = text(Field::Trace).as_deref().and_then(TraceId::new);
    event.span = text(Field::Span).as_deref().and_then(SpanId::new);
    event.parent_span = text(Field::ParentSpan).as_deref().and_then(SpanId::new);
    event.tool_call = text(Field::ToolCall);
    event.audience = values.list(Field::Audience);
    event.scope = values.list(Field::Scope);
    event.source_ip = text(Field::SourceIp);
    event.user_agent = text(Field::UserAgent);
    event.host = text(Field::Host);
    event.trigger = text(Field::Trigger).filter(|t| !may_be_a_person(t));
    event.interactive =
        text(Field::Interactive).is_some_and(|t| matches!(t.to_lowercase().as_str(), "true" | "yes" | "1"));
    event.credential = credential(values);
    event.decision = decision(values);
    wire(values, &mut event);
    claims(values, kind, by, &mut event);
    if kind == EventKind::Token {
        token(values, &mut event);
    }
    for (name, rule) in &values.mapping.attributes {
        if let Some(attribute) = attribute(values, rule) {
            event.attributes.push((name.clone(), attribute));
        }
    }
    event.sequence = text(Field::Sequence)
        .and_then(|number| number.parse().ok())
        .map(|number| Sequence { stream: text(Field::Stream), number });
    if kind == EventKind::Approval {
        event.approval = Some(approval(values, event.outcome)?);
    }

    let mut search = hints.search(&values.mapping.source);
    if let Some(agent) = &event.user_agent {
        search.place(Place::UserAgent, agent);
    }
    if let Content::Json(value) = &values.record.content {
        if values.mapping.rule(Field::Run).is_none() {
            for (key, member) in json::members(Some(value)) {
                search.key(key, member, by);
            }
        }
        search.record(value);
    }
    search.fill(&mut event);
    Ok(event.into())
}

fn approval(values: &Values<'_>, outcome: Outcome) -> Result<Approval, NotUnderstood> {
    let principal = |field| values.principal(field).ok().flatten();
    let limit = match values.text(Field::Limit) {
        Some(text) => match text.parse::<f64>() {
            Ok(limit) if limit.is_finite() => Some(limit),
            // An approval whose limit is not understood must not read as one without a limit.
            _ => return Err(NotUnderstood::bad_row(format!("`{}` is no number in limit", shown(&text)))),
        },
        None => None,
    };
    Ok(Approval {
        subject: principal(Field::Subject),
        requested_by: principal(Field::RequestedBy),
        approved_by: principal(Field::ApprovedBy),
        limit,
        granted: match outcome {
            Outcome::Success => Some(true),
            Outcome::Denied => Some(false),
            Outcome::Error | Outcome::Unknown => None,
        },
        // A plain date is the whole of that day.
        expires: values.time(Field::Expires)?.map(|t| {
            let is_day = values.text(Field::Expires).is_some_and(|text| Time::date(&text).is_some());
            if is_day { Time(t.0.saturating_add(DAY - 1)) } else { t }
        }),
    })
}

pub(super) fn outcome(word: &str) -> Outcome {
    match word.to_lowercase().as_str() {
        "success" | "succeeded" | "ok" | "allowed" | "approved" | "granted" => Outcome::Success,
        "denied" | "deny" | "forbidden" | "unauthorized" | "refused" | "rejected" => Outcome::Denied,
        "error" | "failed" | "failure" => Outcome::Error,
        code => match code.parse::<u16>() {
            Ok(100..=399) => Outcome::Success,
            Ok(401 | 403) => Outcome::Denied,
            Ok(400..=599) => Outcome::Error,
            _ => Outcome::Unknown,
        },
    }
}

fn credential(values: &Values<'_>) -> Option<Credential> {
    let of = |field, kind| values.text(field).filter(|id| somebody(id).is_ok()).map(|id| Credential { kind, id });
    of(Field::Token, CredentialKind::Token)
        .or_else(|| of(Field::Session, CredentialKind::Session))
        .or_else(|| of(Field::Credential, CredentialKind::LongLived))
}

fn decision(values: &Values<'_>) -> Option<Decision> {
    let effect = values.text(Field::Decision).and_then(|word| effect(&word));
    let evaluated: Vec<Principal> =
        values.list(Field::Evaluated).iter().filter_map(|w| somebody(w).ok().and_then(Principal::from_word)).collect();
    let policy = values.text(Field::Policy);
    (effect.is_some() || !evaluated.is_empty() || policy.is_some()).then_some(Decision { effect, evaluated, policy })
}

pub(super) fn effect(word: &str) -> Option<DecisionEffect> {
    match word.to_lowercase().as_str() {
        "allow" | "allowed" | "permit" | "grant" | "granted" | "true" => Some(DecisionEffect::Allow),
        "deny" | "denied" | "forbid" | "forbidden" | "false" => Some(DecisionEffect::Deny),
        _ => None,
    }
}

fn wire(values: &Values<'_>, event: &mut Event) {
    let kind =
        values.text(Field::WireKind).and_then(|w| WireKind::from_word(&w.to_lowercase())).unwrap_or(WireKind::Unknown);
    if let Ok(Some(principal)) = values.principal(Field::Wire) {
        event.wire = Some(Wire { principal, kind, by: values.mapping.by });
    }
}

fn claims(values: &Values<'_>, kind: EventKind, by: FilledBy, event: &mut Event) {
    let evidence = match by {
        FilledBy::Caller | FilledBy::Model => EvidenceKind::K11,
        FilledBy::Issuer if kind == EventKind::Token => EvidenceKind::K2,
        FilledBy::Issuer | FilledBy::Platform | FilledBy::Gateway => EvidenceKind::K3,
    };
    for (role, field) in [(Role::Human, Field::Human), (Role::Agent, Field::Agent)] {
        let why = if values.mapping.rule(field).is_some() { WhyEmpty::Absent } else { WhyEmpty::NotSupported };
        let slot = if role == Role::Human { &mut event.human_empty } else { &mut event.agent_empty };
        match values.principal(field) {
            Ok(Some(principal)) => {
                event.claims.push(Claim { role, principal, evidence, by, field: values.field_of(field) });
            }
            Err(WhyEmpty::Redacted) => *slot = WhyEmpty::Redacted,
            _ => *slot = why,
        }
    }
}

fn token(values: &Values<'_>, event: &mut Event) {
    let named = |field| values.principal(field).ok().flatten();
    let claimed = |role| event.claims.iter().find(|c| c.role == role).map(|c| c.principal.clone());
    let time = |field| values.text(field).as_deref().and_then(moment);
    let actors: Vec<Principal> = named(Field::Actor).or_else(|| claimed(Role::Agent)).into_iter().collect();
    let facts = TokenFacts {
        unverified: false,
        subject: named(Field::Subject).or_else(|| claimed(Role::Human)),
        client: named(Field::Client).or_else(|| event.wire.as_ref().map(|w| w.principal.clone())),
        actors,
        audience: event.audience.clone(),
        scope: event.scope.clone(),
        not_before: time(Field::NotBefore),
        issued_at: time(Field::IssuedAt).or(event.time),
        expires: time(Field::Expires),
        revoked: time(Field::Revoked),
        details: values.text(Field::Details).or_else(|| raw_details(values)),
        issuer: values.text(Field::Issuer),
        parent: values.text(Field::ParentToken),
    };
    if let Some(credential) = &event.credential
        && facts.revoked.is_none()
    {
        let principal = facts.subject.clone();
        event.issued = Some(Issued { credential: credential.clone(), principal, expires: facts.expires });
    }
    event.token = Some(facts);
}

/// Authorization details are JSON, kept as its text.
fn raw_details(values: &Values<'_>) -> Option<String> {
    let Content::Json(value) = &values.record.content else { return None };
    values.mapping.rule(Field::Details)?.from.iter().find_map(|p| json::at(value, p)).map(|found| found.to_string())
}

fn attribute(values: &Values<'_>, attribute: &AttributeRule) -> Option<Attribute> {
    let text = values.of(&attribute.rule)?;
    if let Some(flag) = text.parse::<bool>().ok().filter(|_| attribute.scale.is_none()) {
        return Some(Attribute::Flag(flag));
    }
    // `007` is a name. Everything else that reads as a number is one.
    let digits = text.trim_start_matches('-');
    let plain = digits.starts_with(|c: char| c.is_ascii_digit())
        && !(digits.len() > 1 && digits.starts_with('0') && !digits.starts_with("0."));
    match text.parse::<f64>() {
        Ok(number) if plain && number.is_finite() => {
            let value = match attribute.scale {
                // Times a hundredth is the division by a hundred, which does not leave 12.340000000000002.
                Some(scale) if scale > 0.0 && scale < 1.0 => number / (1.0 / scale).round(),
                Some(scale) => number * scale,
                None => number,
            };
            let currency = match attribute.currency.as_deref() {
                Some(pointer) if pointer.starts_with('/') => values.at(pointer),
                fixed => fixed.map(String::from),
            };
            Some(Attribute::Number { value, currency })
        }
        _ => Some(Attribute::Text(text)),
    }
}

fn needed(values: &Values<'_>, field: Field) -> Result<String, NotUnderstood> {
    values.text(field).ok_or_else(|| NotUnderstood::bad_row(format!("no {}", field.word())))
}

fn person(values: &Values<'_>) -> Result<DirectoryRow, NotUnderstood> {
    let text = |field| values.text(field);
    let word = needed(values, Field::Type)?;
    let entry_type = EntryType::from_word(&word).ok_or_else(|| {
        NotUnderstood::bad_row(format!("type `{}` is none of person, agent, service, shared", shown(&word)))
    })?;
    let list = |field| {
        values
            .list(field)
            .iter()
            .flat_map(|v| v.split(';'))
            .map(str::trim)
            .filter(|v| !v.is_empty())
            .map(String::from)
            .collect()
    };
    // A recorded end that is a day means the whole of it.
    let is_day = text(Field::End).is_some_and(|t| Time::date(&t).is_some());
    let end = values.time(Field::End)?.map(|t| if is_day { Time(t.0.saturating_add(DAY - 1)) } else { t });
    Ok(DirectoryRow {
        id: needed(values, Field::Id)?,
        email: text(Field::Email),
        name: text(Field::Name),
        entry_type,
        status: text(Field::Status),
        start: values.time(Field::Start)?,
        end,
        department: text(Field::Department),
        aliases: list(Field::Aliases),
        owner: text(Field::Owner),
        manager: text(Field::Manager),
        purpose: text(Field::Purpose),
        vendor: text(Field::Vendor),
        environment: text(Field::Environment),
        approved_pattern: text(Field::ApprovedPattern),
        client_ids: list(Field::ClientIds),
        last_certified: values.time(Field::LastCertified)?,
    })
}

fn entitlement(values: &Values<'_>) -> Result<Entitlement, NotUnderstood> {
    let effect = match (values.text(Field::Effect), values.mapping.rule(Field::Effect)) {
        (Some(word), _) => match self::effect(&word) {
            Some(DecisionEffect::Allow) => Effect::Allow,
            Some(DecisionEffect::Deny) => Effect::Deny,
            None => return Err(NotUnderstood::bad_row(format!("effect `{}` is neither allow nor deny", shown(&word)))),
        },
        (None, None) => Effect::Allow,
        (None, Some(_)) => return Err(NotUnderstood::bad_row("no effect")),
    };
    Ok(Entitlement {
        principal: needed(values, Field::Principal)?,
        service: values.text(Field::Service),
        action: needed(values, Field::Action)?,
        resource: needed(values, Field::Resource)?,
        except_actions: Vec::new(),
        except_resources: Vec::new(),
        effect,
        condition: values.text(Field::Condition).unwrap_or_default(),
        valid_from: values.time(Field::ValidFrom)?,
        valid_to: values.time(Field::ValidTo)?,
    })
}

fn ownership(values: &Values<'_>) -> Result<Ownership, NotUnderstood> {
    Ok(Ownership {
        resource: needed(values, Field::Resource)?,
        owner: needed(values, Field::Owner)?,
        valid_from: values.time(Field::ValidFrom)?,
        valid_to: values.time(Field::ValidTo)?,
    })
}

fn membership(values: &Values<'_>) -> Result<Membership, NotUnderstood> {
    Ok(Membership {
        member: needed(values, Field::Member)?,
        holder: needed(values, Field::Group)?,
        reach: Reach::Has,
        condition: values.text(Field::Condition).unwrap_or_default(),
        valid_from: values.time(Field::ValidFrom)?,
        valid_to: values.time(Field::ValidTo)?,
    })
}
