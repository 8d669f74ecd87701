//! Who works there, with which rights, on what.

use std::fmt::Write as _;
use std::path::Path;

use crate::dice::Dice;

const FIRST: [&str; 20] = [
    "ada", "ben", "cleo", "dara", "eli", "fay", "gil", "hope", "ivo", "june", "kit", "lena", "mara", "nils", "olga",
    "pia", "quin", "rosa", "sven", "tara",
];
const LAST: [&str; 20] = [
    "adler", "berg", "costa", "dunn", "ekman", "frost", "grant", "holm", "iqbal", "jonas", "kerr", "lund", "marsh",
    "novak", "okoro", "price", "quist", "rossi", "stone", "tamm",
];
const DEPARTMENTS: [&str; 5] = ["support", "clinic", "finance", "research", "platform"];

/// Agents of the register, with whether a service account is all they need.
pub const AGENTS: [&str; 6] = ["refund-desk", "chart-reader", "clerk", "researcher", "reader", "nightly-indexer"];

/// Who of those whom faults concern had left on the ninth.
pub const LEAVER: usize = 5;

pub struct Person {
    pub id: usize,
    pub email: String,
    pub department: &'static str,
    /// Day of March on which the person leaves, if any: nothing ordinary happens from then on.
    pub leaves: Option<i64>,
}

pub struct Company {
    pub people: Vec<Person>,
    /// People at the end of the list whom only faults concern.
    pub concerned: usize,
}

impl Company {
    pub fn new(dice: &mut Dice, calls: u64) -> Company {
        // Whole rounds of departments, so that those whom faults concern have known ones.
        let size = ((calls / 100).clamp(60, 4_000) / 5 * 5) as usize;
        let people = (0..size + 12)
            .map(|id| {
                let (first, last) = (FIRST[id % 20], LAST[(id / 20) % 20]);
                let number = if id < 400 { String::new() } else { format!("{}", id / 400) };
                let ordinary = id < size;
                Person {
                    id,
                    email: format!("{first}.{last}{number}@example.org"),
                    department: DEPARTMENTS[id % DEPARTMENTS.len()],
                    leaves: (ordinary && dice.chance(0.01)).then(|| dice.between(5, 25)),
                }
            })
            .collect();
        Company { people, concerned: size }
    }

    pub fn of(&self, dice: &mut Dice, department: &str) -> &Person {
        let start = (dice.next() % self.concerned as u64) as usize;
        let ring = self.people[..self.concerned].iter().cycle().skip(start);
        ring.take(self.concerned).find(|p| p.department == department && p.leaves.is_none()).unwrap_or(&self.people[0])
    }

    /// Somebody whom no ordinary record names: a fault stays apart from what is ordinary.
    pub fn concerned(&self, n: usize) -> &Person {
        &self.people[self.concerned + n]
    }

    /// People of whom nothing happened that anybody should have to answer for.
    pub fn ordinary(&self) -> impl Iterator<Item = String> {
        self.people[..self.concerned].iter().map(|p| p.email.clone())
    }

    pub fn write(&self, folder: &Path) -> std::io::Result<()> {
        let mut directory = String::from("id,email,name,type,status,start,end,department,aliases,owner\n");
        let mut rights = String::from("principal,action,resource,effect,condition,valid_from,valid_to\n");
        for p in &self.people {
            let leaver = self.concerned + LEAVER == p.id;
            let end = if leaver { Some(9) } else { p.leaves };
            let (status, end) = match end {
                Some(day) => ("inactive", format!("2026-03-{day:02}")),
                None => ("active", String::new()),
            };
            let name = p.email.split('@').next().unwrap_or_default().replace('.', " ");
            let _ = writeln!(
                directory,
                "E{:05},{},{name},person,{status},2021-01-04,{end},{},github:{}-example,",
                p.id,
                p.email,
                p.department,
                login(&p.email)
            );
            for (action, resource, condition) in may(p) {
                let _ = writeln!(rights, "{},{action},{resource},allow,{condition},2025-01-01,", p.email);
            }
        }
        for agent in AGENTS {
            let _ = writeln!(
                directory,
                "{agent},,{agent},agent,active,2024-01-01,,platform,aws-role:{agent}-role,{}",
                self.people[4].email
            );
            for action in ["refund.create", "record.read", "doc.search", "note.append"] {
                let _ = writeln!(rights, "{agent},{action},*,allow,,2025-01-01,");
            }
        }
        let _ = writeln!(
            directory,
            "backup-bot,,Backup,service,active,2022-01-01,,platform,github:backup-example,{}",
            self.people[4].email
        );
        std::fs::write(folder.join("directory.csv"), directory)?;
        std::fs::write(folder.join("entitlements.csv"), rights)?;
        std::fs::write(
            folder.join("assets.csv"),
            "service,action,resource,data_class,effect,per_user,regulated_by,required_pattern,approval_required\n\
             payments,refund.create,*,financial,irreversible,yes,,obo,no\n\
             ehr,record.read,*,health,read,yes,HIPAA,hybrid,no\n\
             notes,note.append,*,internal,change,no,,service_account,no\n\
             search,doc.search,*,internal,read,no,,service_account,no\n",
        )
    }
}

pub fn login(email: &str) -> String {
    email.split('@').next().unwrap_or_default().replace('.', "")
}

fn may(p: &Person) -> Vec<(&'static str, &'static str, &'static str)> {
    match p.department {
        "support" => vec![("refund.create", "order/*", "amount<=500"), ("note.append", "*", "")],
        "clinic" => vec![("record.read", "patient/*", ""), ("note.append", "*", "")],
        _ => vec![("doc.search", "*", ""), ("note.append", "*", "")],
    }
}
