//! The catalogue of signals that a human-type account is used by a machine, each with what it takes to be tested, and the
//! verdict that they carry together. Behaviour alone names no account: see [`verdict`].

pub(super) mod habit;
mod timing;

use std::collections::BTreeSet;

use self::habit::Habit;
use crate::model::time::DAY;

/// A signal as it is explained to a reader.
#[derive(Debug, Clone, Copy)]
pub struct SignalKind {
    pub id: &'static str,
    pub family: &'static str,
    pub says: &'static str,
    /// What it takes to be tested.
    pub needs: &'static str,
    /// What else looks like this.
    pub caution: &'static str,
}

macro_rules! kinds {
    ($($id:literal $family:literal $says:literal $needs:literal $caution:literal)*) => {
        /// Every signal, in the order of the sheet.
        pub const SIGNALS: &[SignalKind] =
            &[$(SignalKind { id: $id, family: $family, says: $says, needs: $needs, caution: $caution }),*];
    };
}

kinds! {
    "S1" "structural" "no natural person is recorded behind the account" "an imported directory"
        "names deceive; contractors may lack a row"
    "S2" "structural" "never signs in interactively, and yet calls" "100 calls over 30 days, and interactive sign-ins of other accounts of its kind"
        "a broker of sign-ins may hide them; logs are kept for a time only"
    "S3" "structural" "one credential is held by two or more agents" "the id of a long-lived credential on its calls"
        "copies of one agent share by design: agents are counted, not pods"
    "S4" "structural" "credential stored as an application's, exempt from a second factor, password grant, or token over 90 days: two of these" "configuration of credentials"
        "old protocols leave no choice"
    "TM1" "timing" "calls are spread evenly over the hours of the day" "120 calls over 14 days"
        "on-call duty, and work that follows the sun"
    "TM2" "timing" "no quiet part of the day" "120 calls over 14 days"
        "shift work; agents for people of several time zones"
    "TM3" "timing" "as busy at the weekend as on weekdays" "120 calls over 28 days"
        "retail and other work seven days a week"
    "TM4" "timing" "calls gather at the same seconds of the minute" "60 calls with times finer than a minute"
        "jitter hides a timer; rounded times imitate one"
    "TM5" "timing" "gaps within bursts are shorter than hands" "30 gaps within bursts, 120 calls over 14 days"
        "macros, batch tools, pages that make several calls"
    "TM6" "timing" "gaps are regular" "100 gaps"
        "agents on demand are as bursty as people"
    "TM7" "timing" "one sequence of three steps makes up most of the work" "200 steps"
        "a role with one routine task"
    "C1" "concurrency" "two networks with two kinds of client at once, on three days" "7 days with addresses and clients on record"
        "telephone and laptop, split tunnels, shared egress"
    "C2" "geography" "sign-ins too far apart for the time between" "places of addresses, which no export here tells"
        "private networks, mobile egress, wrong tables of places"
    "C3" "concurrency" "more than three sessions in use at once" "session ids over 7 days"
        "several windows"
    "U1" "client" "hardly ever a browser" "50 calls with a client on record"
        "developers at a command line"
    "U2" "client" "address and program are those of five or more accounts" "address and client on its calls, the client no browser"
        "a developers' office behind one address, shared desktops"
    "N1" "network" "calls come from places of machines" "50 calls from networks that networks.csv names as machines' or not"
        "a private network that ends in a data centre"
    "P1" "permission" "most of its rights are not used, or it does far more kinds of things than its peers" "5 rights and 90 days of logs, or 20 peers"
        "administrators"
    "P2" "permission" "three or more people's work is done through it" "30 days"
        "assistants and delegates"
    "V1" "volume" "over 20 times as busy as its busiest peers" "14 days and 20 peers"
        "a day of bulk import"
    "RS1" "response" "failed calls are repeated at waits that double" "5 series of retries"
        "browsers and libraries that retry by themselves"
    "LC1" "lifecycle" "ten or more calls after the recorded end" "a recorded end of the account's person or owner"
        "delegates; a wrong date in the directory"
}

/// How a signal stands on a sheet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stands {
    For,
    Against,
    NotEnough,
}

impl Stands {
    pub(super) const fn word(self) -> &'static str {
        match self {
            Stands::For => "for",
            Stands::Against => "against",
            Stands::NotEnough => "not_enough",
        }
    }
}

#[derive(Debug, Clone, PartialEq)]
pub(super) struct Signal {
    pub id: &'static str,
    pub value: Option<f64>,
    pub threshold: Option<f64>,
    pub stands: Stands,
    pub sentence: String,
}

impl Signal {
    pub(super) fn family(&self) -> &'static str {
        SIGNALS.iter().find(|k| k.id == self.id).map_or("", |k| k.family)
    }
}

fn tested(id: &'static str, value: f64, threshold: f64, fires: bool, sentence: String) -> Signal {
    let stands = if fires { Stands::For } else { Stands::Against };
    Signal { id, value: Some(value), threshold: Some(threshold), stands, sentence }
}

fn lacking(id: &'static str, sentence: impl Into<String>) -> Signal {
    Signal { id, value: None, threshold: None, stands: Stands::NotEnough, sentence: sentence.into() }
}

/// What is known of an account beside its own calls.
#[derive(Debug, Default, Clone)]
pub(super) struct Beside {
    pub directory: bool,
    pub unbacked: bool,
    /// What the directory says it is, where it has a row.
    pub entry: Option<crate::model::EntryType>,
    pub managers: bool,
    pub manager: bool,
    pub name: String,
    pub sign_ins: u32,
    /// Another account of the namespace signs in interactively.
    pub others_sign_in: bool,
    /// The most agents on one of its long-lived credentials; None where it has none.
    pub holders: Option<usize>,
    pub oldest_credential_days: Option<i64>,
    pub crowd: Option<usize>,
    /// (tested, unused, days)
    pub rights: Option<(u32, u32, i64)>,
    /// (kinds of thing done by the median peer, peers)
    pub peer_kinds: Option<(f64, usize)>,
    pub people: u32,
    /// (95th percentile of the peers' busiest hours, peers)
    pub peer_volume: Option<(f64, usize)>,
    pub after_end: Option<u32>,
}

/// The whole sheet of one account, in the order of [`SIGNALS`].
pub(super) fn sheet(habit: &mut Habit, beside: &Beside) -> Vec<Signal> {
    habit.retries.close();
    let busiest = habit.volume.busiest();
    let mut out = structural(habit, beside);
    out.extend(timing::signals(habit));
    out.extend([concurrent(habit), lacking("C2", "the places of addresses are in no export"), sessions(habit)]);
    out.extend([browser(habit), crowd(beside), network(habit)]);
    out.extend([rights(habit, beside), people(habit, beside), volume(habit, beside, busiest)]);
    out.extend([retries(habit), lifecycle(beside)]);
    out
}

const NAMES: [&str; 9] = ["svc", "bot", "robot", "agent", "integration", "api", "shared", "team", "service"];

fn structural(habit: &Habit, b: &Beside) -> Vec<Signal> {
    let days = habit.rhythm.days();
    let s1 = if b.directory {
        let word =
            b.name.split(|c: char| !c.is_ascii_alphanumeric()).find(|w| NAMES.contains(&w.to_lowercase().as_str()));
        let mut said: Vec<String> = Vec::new();
        said.extend(b.unbacked.then(|| "the directory names no person for it".to_string()));
        said.extend(word.map(|w| format!("its name holds `{w}`")));
        said.extend(
            (b.entry.is_some() && b.managers && !b.manager).then(|| "it has no manager, where others have".into()),
        );
        let machine = b.entry.is_some_and(|e| e != crate::model::EntryType::Person);
        said.extend(b.entry.filter(|_| machine).map(|e| format!("the directory lists it as {}", e.word())));
        let sentence =
            if said.is_empty() { "nothing in the directory speaks against a person".into() } else { said.join("; ") };
        tested("S1", said.len() as f64, 2.0, said.len() >= 2, sentence)
    } else {
        lacking("S1", "no directory was imported")
    };
    let s2 = match () {
        () if habit.rhythm.calls < 100 || days < 30 => {
            lacking("S2", format!("{} calls over {days} days", habit.rhythm.calls))
        }
        () if b.sign_ins == 0 && !b.others_sign_in => {
            lacking("S2", "no sign-ins of accounts of its kind are in the exports")
        }
        () => {
            let sentence =
                format!("{} interactive sign-ins beside {} calls over {days} days", b.sign_ins, habit.rhythm.calls);
            tested("S2", f64::from(b.sign_ins), 0.0, b.sign_ins == 0, sentence)
        }
    };
    let s3 = match b.holders {
        None => lacking("S3", "no call carries the id of a long-lived credential"),
        Some(n) => tested("S3", n as f64, 2.0, n >= 2, format!("{n} agents on one credential")),
    };
    // One fact of the four can be read off a log; two are asked for.
    let s4 = match b.oldest_credential_days {
        Some(days) if days > 90 => lacking("S4", format!("one of two: a long-lived credential in use for {days} days")),
        _ => lacking("S4", "how its credentials are configured is in no export"),
    };
    vec![s1, s2, s3, s4]
}

fn concurrent(habit: &Habit) -> Signal {
    let days = habit.rhythm.days();
    if days < 7 || habit.devices.seen < 50 {
        return lacking("C1", format!("{} calls with address and client over {days} days", habit.devices.seen));
    }
    let n = habit.devices.days;
    tested(
        "C1",
        f64::from(n),
        3.0,
        n >= 3,
        format!("on {n} days two networks with two kinds of client within a minute"),
    )
}

fn sessions(habit: &Habit) -> Signal {
    let days = habit.rhythm.days();
    if days < 7 || habit.sessions.is_empty() {
        return lacking("C3", format!("{} sessions on record over {days} days", habit.sessions.len()));
    }
    let most = habit.overlapping();
    tested("C3", most as f64, 3.0, most > 3, format!("at most {most} sessions in use at once"))
}

fn browser(habit: &Habit) -> Signal {
    if habit.with_client < 50 {
        return lacking("U1", format!("{} calls with a client on record", habit.with_client));
    }
    let share = habit.no_browser as f64 / habit.with_client as f64;
    let families = habit.families.len();
    let sentence = format!("{:.0} % of calls without a browser, {families} kinds of client", share * 100.0);
    tested("U1", share, 0.8, share > 0.8, sentence)
}

fn crowd(b: &Beside) -> Signal {
    match b.crowd {
        None => lacking("U2", "no call carries an address and a client that is no browser"),
        Some(n) => {
            tested("U2", n as f64, 5.0, n >= 5, format!("one address and program serve {n} human-type accounts"))
        }
    }
}

fn network(habit: &Habit) -> Signal {
    if habit.named_networks < 50 {
        return lacking("N1", format!("{} calls from networks that networks.csv names", habit.named_networks));
    }
    let share = habit.machine_networks as f64 / habit.named_networks as f64;
    tested("N1", share, 0.8, share > 0.8, format!("{:.0} % of calls from places of machines", share * 100.0))
}

fn rights(habit: &Habit, b: &Beside) -> Signal {
    let kinds = habit.kinds.len() as f64;
    let unused = b.rights.filter(|(tested, _, days)| *tested >= 5 && *days >= 90);
    let peers = b.peer_kinds.filter(|(_, n)| *n >= 20);
    if let Some((granted, idle, days)) = unused {
        let share = f64::from(idle) / f64::from(granted);
        if share > 0.8 || peers.is_none() {
            let sentence = format!("{idle} of {granted} rights not used in {days} days");
            return tested("P1", share, 0.8, share > 0.8, sentence);
        }
    }
    match peers {
        Some((median, n)) => {
            let sentence = format!("{kinds} kinds of thing done, where {n} peers do {median} in the median");
            tested("P1", kinds, 5.0 * median, kinds > 5.0 * median && kinds >= 10.0, sentence)
        }
        None => lacking("P1", "fewer than 20 peers, and less than 90 days of logs for 5 rights"),
    }
}

fn people(habit: &Habit, b: &Beside) -> Signal {
    if habit.rhythm.days() < 30 && b.people < 3 {
        return lacking("P2", format!("{} days of calls", habit.rhythm.days()));
    }
    let n = b.people;
    tested("P2", f64::from(n), 3.0, n >= 3, format!("{n} other people caused calls under it"))
}

fn volume(habit: &Habit, b: &Beside, busiest: Option<u32>) -> Signal {
    match (busiest, b.peer_volume.filter(|(_, n)| *n >= 20)) {
        (Some(mine), Some((peers, n))) if habit.rhythm.days() >= 14 => {
            let sentence = format!("{mine} calls in its busiest hours, where {n} peers have up to {peers}");
            tested("V1", f64::from(mine), 20.0 * peers, f64::from(mine) > 20.0 * peers, sentence)
        }
        (_, peers) => {
            let n = peers.map_or(0, |(_, n)| n);
            lacking("V1", format!("{} days of calls, {n} peers to compare with", habit.rhythm.days()))
        }
    }
}

fn retries(habit: &Habit) -> Signal {
    let (series, doubling) = (habit.retries.series, habit.retries.doubling);
    if series < 5 {
        return lacking("RS1", format!("{series} series of retries"));
    }
    let sentence = format!("{doubling} of {series} series of retries at waits that double");
    tested("RS1", f64::from(doubling), 3.0, doubling >= 3, sentence)
}

fn lifecycle(b: &Beside) -> Signal {
    match b.after_end {
        None => lacking("LC1", "no end of a person or owner is recorded for it"),
        Some(n) => tested("LC1", f64::from(n), 10.0, n >= 10, format!("{n} calls after the recorded end")),
    }
}

/// Points and verdict. Structural signals count three each, at most six; any other family one, however many of its signals
/// fire, because they are not independent. `indicated` takes six points with a structural signal and two further families;
/// four points are a reason to look. No number of timing flags is more than that: where two accounts in a hundred are
/// machines, one flag that errs in five of a hundred is wrong three times in four.
pub(super) fn verdict(signals: &[Signal]) -> (u32, &'static str) {
    let fires = |structural: bool| -> Vec<&'static str> {
        let of = signals.iter().filter(|s| s.stands == Stands::For).map(Signal::family);
        of.filter(|f| (*f == "structural") == structural).collect()
    };
    let (s, families) = (fires(true).len() as u32, fires(false).into_iter().collect::<BTreeSet<_>>().len() as u32);
    let points = (3 * s).min(6) + families;
    let word = match () {
        () if signals.iter().all(|s| s.stands == Stands::NotEnough) => "untested",
        () if points >= 6 && s >= 1 && families >= 2 => "indicated",
        () if points >= 4 => "watch",
        () => "none",
    };
    (points, word)
}

/// Calls after `end`, with the day of grace that every recorded end has.
pub(super) fn after(end: Option<crate::model::Time>, at: Option<crate::model::Time>) -> bool {
    matches!((end, at), (Some(end), Some(at)) if at.0 - end.0 > DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fired(ids: &[&'static str]) -> Vec<Signal> {
        ids.iter().map(|id| tested(id, 1.0, 0.0, true, String::new())).collect()
    }

    #[test]
    fn behaviour_alone_names_nobody_however_much_of_it() {
        let all: Vec<&'static str> = SIGNALS.iter().filter(|k| k.family != "structural").map(|k| k.id).collect();
        assert_eq!(verdict(&fired(&all)).1, "watch");
        assert_eq!(verdict(&fired(&["TM1", "TM2", "TM3", "TM4", "TM5", "TM6", "TM7"])), (1, "none"));
    }

    #[test]
    fn a_structural_signal_takes_three_families_and_two_take_two() {
        assert_eq!(verdict(&fired(&["S1", "TM1", "U1"])), (5, "watch"));
        assert_eq!(verdict(&fired(&["S1", "TM1", "U1", "N1"])), (6, "indicated"));
        assert_eq!(verdict(&fired(&["S1", "S2", "TM1"])), (7, "watch"));
        assert_eq!(verdict(&fired(&["S1", "S2", "TM1", "U1"])), (8, "indicated"));
        assert_eq!(verdict(&[lacking("S1", "")]), (0, "untested"));
    }

    #[test]
    fn a_new_account_has_a_whole_sheet_of_nothing() {
        let sheet = sheet(&mut Habit::default(), &Beside::default());
        assert_eq!(sheet.iter().map(|s| s.id).collect::<Vec<_>>(), SIGNALS.iter().map(|k| k.id).collect::<Vec<_>>());
        assert!(sheet.iter().all(|s| s.stands == Stands::NotEnough));
    }

    #[test]
    fn a_person_with_a_managed_row_is_a_person_and_a_name_alone_is_nothing() {
        let person = Beside {
            directory: true,
            entry: Some(crate::model::EntryType::Person),
            managers: true,
            manager: true,
            name: "robot.smith@example.org".into(),
            ..Beside::default()
        };
        assert_eq!(structural(&Habit::default(), &person)[0].stands, Stands::Against);
        let nobody = Beside { directory: true, unbacked: true, name: "api-sync".into(), ..Beside::default() };
        assert_eq!(structural(&Habit::default(), &nobody)[0].stands, Stands::For);
    }

    #[test]
    fn peers_are_twenty_or_none() {
        let mut habit = Habit::default();
        habit.kinds = (0..60).map(|n| (n, 0)).collect();
        let with = |n| Beside { peer_kinds: Some((4.0, n)), ..Beside::default() };
        assert_eq!(rights(&habit, &with(20)).stands, Stands::For);
        assert_eq!(rights(&habit, &with(19)).stands, Stands::NotEnough);
        let idle = Beside { rights: Some((10, 9, 95)), ..Beside::default() };
        assert_eq!(rights(&Habit::default(), &idle).stands, Stands::For);
        let young = Beside { rights: Some((10, 9, 40)), ..Beside::default() };
        assert_eq!(rights(&Habit::default(), &young).stands, Stands::NotEnough);
    }
}
