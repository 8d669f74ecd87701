//! Users and ids of Salesforce, as its logs write them.

use super::nobody::somebody;
use crate::model::principal::is_email;
use crate::model::{Principal, WhyEmpty, WireKind};

/// A user by name, else by id. User names have the form of an address and are unique over all of Salesforce.
pub fn user(name: Option<&str>, ids: &[Option<String>]) -> Result<(Principal, WireKind), WhyEmpty> {
    match name.map(somebody) {
        Some(Ok(name)) if is_email(name) => return Ok((Principal::new("salesforce", name), WireKind::Human)),
        // The organisation's own processes have user names such as `autoproc@00d...`.
        Some(Ok(name)) if name.split_once('@').is_some_and(|(_, org)| org.to_lowercase().starts_with("00d")) => {
            return Ok((Principal { namespace: "salesforce".into(), id: name.into() }, WireKind::System));
        }
        Some(Err(WhyEmpty::Redacted)) => return Err(WhyEmpty::Redacted),
        _ => {}
    }
    let id = ids.iter().flatten().find(|id| somebody(id).is_ok() && !is_empty_id(id));
    match id {
        Some(id) => Ok((principal(id), WireKind::Human)),
        // A display name is no identity.
        None if name.is_some_and(|n| somebody(n).is_ok()) => Err(WhyEmpty::NotSupported),
        None => Err(WhyEmpty::Absent),
    }
}

pub fn principal(id: &str) -> Principal {
    Principal { namespace: "salesforce".into(), id: long_id(id) }
}

/// `000000000000000` and `000000000000000AAA` are Salesforce's "no record".
pub fn is_empty_id(id: &str) -> bool {
    let id = id.trim();
    matches!(id.len(), 15 | 18) && id.get(..15).is_some_and(|front| front.bytes().all(|b| b == b'0'))
}

/// One id in its form of 18 characters. The last three tell which of the first fifteen are capitals, five each, so that the
/// long form survives a change of case and the short form can be lengthened. What is neither is left as it is.
pub fn long_id(id: &str) -> String {
    const DIGITS: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ012345";
    let id = id.trim();
    if !id.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return id.into();
    }
    match id.len() {
        15 => {
            let sums = id.as_bytes().chunks(5).map(|five| {
                let bits = five.iter().enumerate().filter(|(_, b)| b.is_ascii_uppercase()).map(|(i, _)| 1usize << i);
                DIGITS.get(bits.sum::<usize>()).map_or('A', |d| char::from(*d))
            });
            id.chars().chain(sums).collect()
        }
        18 => restored(id, DIGITS).unwrap_or_else(|| id.into()),
        _ => id.into(),
    }
}

/// The long form with the case that its own checksum tells. `None` where the checksum is not this id's.
fn restored(id: &str, digits: &[u8; 32]) -> Option<String> {
    let (front, sums) = id.split_at_checked(15)?;
    let sums = sums.to_uppercase();
    let mut out = String::with_capacity(18);
    for (five, sum) in front.as_bytes().chunks(5).zip(sums.bytes()) {
        let bits = digits.iter().position(|d| *d == sum)?;
        for (i, byte) in five.iter().enumerate() {
            let is_capital = bits >> i & 1 == 1;
            if is_capital && !byte.is_ascii_alphabetic() {
                return None;
            }
            out.push(char::from(if is_capital { byte.to_ascii_uppercase() } else { byte.to_ascii_lowercase() }));
        }
    }
    Some(out + &sums)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_and_long_ids_are_one_id() {
        for id in ["0055f00000CyENt", "0055f00000CyENtAAN", "0055F00000CYENTAAN", "0055f00000cyentaan"] {
            assert_eq!(long_id(id), "0055f00000CyENtAAN", "{id}");
        }
        // A checksum that is not this id's, and what is no id at all.
        for id in ["000000000000123AbC", "fdokawnjf", "0055f00000Cy-Nt", ""] {
            assert_eq!(long_id(id), id);
        }
        assert_ne!(long_id("0055f00000CyENt"), long_id("0055f00000CyEnt"));
    }

    #[test]
    fn a_user_is_a_name_or_an_id_and_no_display_name() {
        let id = || Some("0055f00000CyENt".to_string());
        assert_eq!(user(Some("Ada@Example.org"), &[id()]).unwrap().0, Principal::new("email", "ada@example.org"));
        assert_eq!(user(Some("Ada Lovelace"), &[id()]).unwrap().0.id, "0055f00000CyENtAAN");
        assert_eq!(user(Some("Ada Lovelace"), &[None]), Err(WhyEmpty::NotSupported));
        assert_eq!(user(None, &[Some("000000000000000AAA".into())]), Err(WhyEmpty::Absent));
        assert_eq!(user(Some("autoproc@00d5f000005uvo7"), &[id()]).unwrap().1, WireKind::System);
    }
}
