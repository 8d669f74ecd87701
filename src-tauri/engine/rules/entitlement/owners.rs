//! Whose a resource is: the call's own word and the ownership export, held against each other.

use rustc_hash::FxHashMap;

use super::Question;
use super::grant::{Cover, valid};
use super::known::{Known, key};
use crate::model::{Attribute, Ownership, Time};

#[derive(Debug, Clone, PartialEq)]
enum Whose {
    Party(i64),
    /// Somebody whom no record and no directory knows.
    Other(String),
    /// A name that two parties claim.
    Contested,
}

#[derive(Debug, Clone)]
struct Owned {
    by: Whose,
    from: Option<Time>,
    to: Option<Time>,
}

/// The ownership export by resource.
#[derive(Debug, Default)]
pub(super) struct Owners {
    by_resource: FxHashMap<String, Vec<Owned>>,
}

/// Who is asked about.
#[derive(Debug, Clone, Copy)]
pub(super) enum Asker<'a> {
    /// A party, with all its names.
    Party(i64, &'a [String]),
    /// The key of a name that no party has.
    Name(&'a str),
}

/// Whether whoever is asked about owns the resource, or why that cannot be told.
pub(super) type Owns = Result<bool, &'static str>;

impl Owners {
    pub(super) fn of(rows: &[(i64, Ownership)], known: &Known) -> Owners {
        let mut owners = Owners::default();
        for (_, row) in rows {
            let by = match known.party(&row.owner) {
                Some(party) => Whose::Party(party),
                None if known.contested(&row.owner) => Whose::Contested,
                None => Whose::Other(key(&row.owner)),
            };
            let owned = Owned { by, from: row.valid_from, to: row.valid_to };
            owners.by_resource.entry(row.resource.trim().to_string()).or_default().push(owned);
        }
        owners
    }

    pub(super) fn owns(&self, asker: Asker<'_>, question: &Question<'_>) -> Owns {
        match (self.stated(asker, question), self.exported(asker, question)) {
            (Some(stated), Ok(Some(exported))) if stated != exported => {
                Err("the call and the ownership export name different owners")
            }
            (Some(stated), _) => Ok(stated),
            (None, Ok(Some(exported))) => Ok(exported),
            (None, Ok(None)) if self.by_resource.is_empty() => Err("who owns the resource is in no export"),
            (None, Ok(None)) => Err("the resource is not in the ownership export at that time"),
            (None, Err(why)) => Err(why),
        }
    }

    /// The call's own `owner` attribute.
    fn stated(&self, asker: Asker<'_>, question: &Question<'_>) -> Option<bool> {
        let owner = question.attributes.iter().find_map(|(name, value)| match value {
            Attribute::Text(text) if name.eq_ignore_ascii_case("owner") => Some(text.trim()),
            _ => None,
        })?;
        Some(match asker {
            Asker::Party(_, names) => names.iter().any(|name| name.to_lowercase() == owner.to_lowercase()),
            Asker::Name(name) => key(owner) == name,
        })
    }

    /// What the export says: of several owners any is one.
    fn exported(&self, asker: Asker<'_>, question: &Question<'_>) -> Result<Option<bool>, &'static str> {
        let rows = question.resource.and_then(|r| self.by_resource.get(r)).map(Vec::as_slice).unwrap_or_default();
        let (mut found, mut open) = (None, None);
        for row in rows {
            match (valid(row.from, row.to, question.at), &row.by, asker) {
                (Cover::No, ..) => {}
                (Cover::Open(_), ..) => open = Some("the record has no time, and owners change"),
                (Cover::Yes, Whose::Contested, _) => open = Some("two accounts go by the name of the resource's owner"),
                (Cover::Yes, Whose::Party(owner), Asker::Party(asked, _)) if *owner == asked => return Ok(Some(true)),
                (Cover::Yes, Whose::Other(owner), Asker::Name(asked)) if owner == asked => return Ok(Some(true)),
                (Cover::Yes, ..) => found = Some(false),
            }
        }
        open.map_or(Ok(found), Err)
    }
}
