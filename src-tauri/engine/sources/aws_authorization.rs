//! AWS IAM authorization details.
//!
//! - **Ask for**: `aws iam get-account-authorization-details --output json` for every account, without `--filter`, all pages.
//! - **Reads**: the command's object with `UserDetailList`, `GroupDetailList`, `RoleDetailList` and `Policies`, several such
//!   pages as an array or lines, the API's own wrapping, or one of the lists alone; documents as objects or URL-encoded
//!   text.
//! - **Recognised by**: an object with two of those four lists, or entries with `Arn` beside `UserName` and `UserId`,
//!   `GroupName` and `GroupId`, `AssumeRolePolicyDocument`, or `PolicyVersionList`.
//! - **Filled by**: IAM itself: `platform`.
//! - **Answers**: what users and roles may do, through which group and policy, within which permissions boundary; who may
//!   take on which role; who is a full administrator.
//! - **Never tells**: since when. It is the state of one day and is taken to have held at all times. Nor bucket and other
//!   resource policies, service control policies, session policies and tags: a *yes* may be less, a *no* more. Conditions
//!   are kept as text, and leave the answer open, except where a call can carry what they ask for.
//! - **Documented in**: IAM API Reference, `GetAccountAuthorizationDetails`; IAM User Guide, "IAM JSON policy elements
//!   reference", "Policy variables", "Permissions boundaries". Permissions boundaries were not seen in real records.

mod policy;
mod trust;

use std::borrow::Cow;

use sonic_rs::{JsonValueTrait, LazyValue, to_array_iter, to_object_iter};

use super::json::{self, Json};
use super::{Hints, NotUnderstood, Piece, Recognition, Record, Sample, Source, Understood};
use crate::model::{Entry, Membership, Reach};

pub const SOURCE: &dyn Source = &Authorization;

/// The service of a right that an IAM policy grants: calls of AWS and of nothing else.
pub const SERVICES: &str = "*.amazonaws.com*";

struct Authorization;

const LISTS: [&str; 4] = ["UserDetailList", "GroupDetailList", "RoleDetailList", "Policies"];

impl Source for Authorization {
    fn name(&self) -> &str {
        "aws_authorization"
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample
            .recognise(98, "the lists of IAM's account authorization details", |v| page(v).is_some())
            .or_else(|| sample.recognise(92, "entries of IAM's account authorization details", |v| what(v).is_some()))
    }

    fn expand<'a>(&self, chunk: &'a [u8]) -> Vec<Piece<'a>> {
        match entries(chunk) {
            Some(pieces) if !pieces.is_empty() => pieces,
            _ => vec![Piece::whole(chunk)],
        }
    }

    fn understand(&self, record: &Record<'_>, _hints: &Hints) -> Result<Understood, NotUnderstood> {
        let entry = record.json()?;
        let Some(what) = what(entry) else {
            return match page(entry) {
                // A page of an account in which there is nothing.
                Some(_) => Ok(Understood::Kept),
                None => Err(NotUnderstood::not_this("no user, group, role or policy of IAM")),
            };
        };
        let arn = json::text(entry, "/Arn").ok_or_else(|| NotUnderstood::not_this("no Arn"))?;
        let holder = holder(&arn);
        // What the export lists it tells all of: the entry is told from a name that others only refer to.
        let mut out = vec![has(&holder, &holder)];
        match what {
            What::Policy => policy::default_version(entry, &holder, &mut out)?,
            What::User => {
                for group in json::items(json::at(entry, "/GroupList")).filter_map(json::scalar) {
                    out.push(has(&holder, &group_arn(&arn, &group)));
                }
                policy::attached(entry, "/UserPolicyList", &holder, &mut out)?;
            }
            What::Group => policy::attached(entry, "/GroupPolicyList", &holder, &mut out)?,
            What::Role => {
                policy::attached(entry, "/RolePolicyList", &holder, &mut out)?;
                trust::of(entry, &holder, &mut out)?;
            }
        }
        Ok(Understood::Entries(out))
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    User,
    Group,
    Role,
    Policy,
}

fn what(entry: &Json) -> Option<What> {
    let has = |key| json::member(entry, key).is_some();
    if !has("Arn") {
        return None;
    }
    match () {
        () if has("PolicyVersionList") => Some(What::Policy),
        () if has("AssumeRolePolicyDocument") && has("RoleName") => Some(What::Role),
        () if has("UserName") && has("UserId") => Some(What::User),
        () if has("GroupName") && has("GroupId") => Some(What::Group),
        () => None,
    }
}

/// The object that holds the lists: as the command prints it, or in the API's wrapping.
fn page(value: &Json) -> Option<&Json> {
    const WRAPPED: &str = "/GetAccountAuthorizationDetailsResponse/GetAccountAuthorizationDetailsResult";
    let lists = |v: &&Json| {
        LISTS.iter().filter(|l| json::member(v, l).is_some_and(JsonValueTrait::is_array)).count() >= 2
    };
    Some(value).filter(lists).or_else(|| json::at(value, WRAPPED).filter(lists))
}

/// The elements of the lists. A chunk that is damaged is one broken record.
fn entries(chunk: &[u8]) -> Option<Vec<Piece<'_>>> {
    sonic_rs::from_slice::<LazyValue<'_>>(chunk).ok()?;
    let mut pieces = Vec::new();
    within(chunk, chunk, 0, &mut pieces)?;
    Some(pieces)
}

fn within(chunk: &[u8], text: &[u8], depth: usize, pieces: &mut Vec<Piece<'_>>) -> Option<()> {
    if !text.trim_ascii_start().starts_with(b"{") {
        return Some(());
    }
    for member in to_object_iter(text) {
        let (key, value) = member.ok()?;
        let raw = || match value.as_raw_cow() {
            Cow::Borrowed(raw) => Some(raw),
            Cow::Owned(_) => None,
        };
        if LISTS.iter().any(|l| l.eq_ignore_ascii_case(&key)) && value.is_array() {
            for element in to_array_iter(raw()?.as_bytes()) {
                let range = json::offset_in(chunk, element.ok()?.as_raw_str().as_bytes())?;
                pieces.push(Piece { range, envelope: None });
            }
        } else if depth < 2 && key.starts_with("GetAccountAuthorizationDetailsRes") {
            within(chunk, raw()?.as_bytes(), depth + 1, pieces)?;
        }
    }
    Some(())
}

/// A holder's name. A group is told by its name whatever its path: a user's list of groups holds no paths.
fn holder(arn: &str) -> String {
    match arn.split_once(":group/") {
        Some((head, path)) => format!("{head}:group/{}", path.rsplit('/').next().unwrap_or(path)),
        None => arn.to_string(),
    }
}

/// The group of a name in the account of an ARN.
fn group_arn(of: &str, name: &str) -> String {
    let mut parts = of.splitn(6, ':');
    let (partition, account) = (parts.nth(1).unwrap_or("aws"), parts.nth(2).unwrap_or(""));
    format!("arn:{partition}:iam::{account}:group/{name}")
}

fn has(member: &str, holder: &str) -> Entry {
    edge(member, holder, Reach::Has, String::new())
}

fn edge(member: &str, holder: &str, reach: Reach, condition: String) -> Entry {
    Entry::Membership(Membership {
        member: member.into(),
        holder: holder.into(),
        reach,
        condition,
        valid_from: None,
        valid_to: None,
    })
}

#[cfg(test)]
mod tests;
