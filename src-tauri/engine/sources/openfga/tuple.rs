//! Relationship tuples: who stands in which relation to what.

use super::super::decided;
use super::super::json::{self, Json};
use super::super::{NotUnderstood, Understood};
use super::NAME;
use crate::model::{Effect, Entitlement, Entry, Membership, Principal, Reach, Time, WhyEmpty};

/// `type:id`, `type:id#relation` or `type:*`.
pub struct Subject<'a> {
    kind: &'a str,
    id: &'a str,
    relation: Option<&'a str>,
}

impl<'a> Subject<'a> {
    pub fn parse(text: &'a str) -> Option<Subject<'a>> {
        let text = text.trim();
        let (object, relation) = match text.rsplit_once('#') {
            Some((object, relation)) if !relation.is_empty() => (object, Some(relation)),
            _ => (text, None),
        };
        let (kind, id) = object.split_once(':')?;
        (!kind.is_empty() && !id.is_empty()).then_some(Subject { kind, id, relation })
    }

    /// The one principal that it is. All users of a type and the members of a set are none.
    pub fn principal(&self) -> Result<Principal, WhyEmpty> {
        match self.relation {
            None => decided::subject(NAME, self.kind, self.id),
            Some(_) => Err(WhyEmpty::NotSupported),
        }
    }

    /// The word by which rights and memberships call it.
    fn word(&self) -> Result<String, WhyEmpty> {
        match self.relation {
            Some(relation) => Ok(format!("{}:{}#{relation}", self.kind, self.id)),
            // Who is of the type is in no export: a set of its own, and not everybody of the case.
            None if self.id == "*" => Ok(format!("{}:*", self.kind)),
            None => self.principal().map(|p| p.id),
        }
    }
}

/// A tuple as the Read API answers it, as lists have it, or as a row of the CSV.
pub fn is_tuple(value: &Json) -> bool {
    let has = |value: &Json, pointer| json::text(value, pointer).is_some();
    let three = |v: &Json| {
        has(v, "/relation")
            && json::text(v, "/user").is_some_and(|u| Subject::parse(&u).is_some())
            && json::text(v, "/object").is_some_and(|o| Subject::parse(&o).is_some())
    };
    let few = json::members(Some(value)).count() <= 8;
    let row = ["/user_type", "/user_id", "/relation", "/object_type", "/object_id"].iter().all(|p| has(value, p));
    few && (row || three(value) || json::at(value, "/key").is_some_and(three))
}

/// The rights and memberships of a tuple. `restricted` are the relations (`type#relation`) of which the model asks for more
/// than the tuple.
pub fn entries(tuple: &Json, restricted: &[String]) -> Result<Understood, NotUnderstood> {
    let inner = json::at(tuple, "/key").unwrap_or(tuple);
    let bad = |name: &str| NotUnderstood::bad_row(format!("a tuple without {name}"));
    let relation = json::text(inner, "/relation").ok_or_else(|| bad("relation"))?;
    let user = user(inner).ok_or_else(|| bad("user"))?;
    let object = object(inner).ok_or_else(|| bad("object"))?;
    let of = |text| Subject::parse(text).ok_or_else(|| NotUnderstood::bad_row("a user or object that is not type:id"));
    let (subject, thing) = (of(&user)?, of(&object)?);
    let principal = subject.word().map_err(|_| NotUnderstood::bad_row("a tuple whose user is a placeholder"))?;
    let valid_from = json::time(tuple, "/timestamp");

    let limited = restricted.iter().any(|r| r.split_once('#') == Some((thing.kind, relation.as_str())));
    let condition = match condition(inner) {
        Some(condition) => condition,
        None if limited => format!("the authorization model asks for more than a tuple for {relation} of {}", thing.kind),
        // A star in a tuple is a character like any other; in a right it would reach everything.
        None if object.contains('*') => "the object's id holds a star".into(),
        None => String::new(),
    };
    let right = |resource: &str, condition: String, valid_from: Option<Time>| {
        Entry::Entitlement(Entitlement {
            principal: principal.clone(),
            service: None,
            action: relation.clone(),
            resource: resource.into(),
            except_actions: Vec::new(),
            except_resources: Vec::new(),
            effect: Effect::Allow,
            condition,
            valid_from,
            valid_to: None,
        })
    };
    Ok(Understood::Entries(vec![
        right(&object, condition.clone(), valid_from),
        // The model may derive the relation for any other object, so that no tuple is never a *no*.
        right("*", format!("as far as the authorization model derives {relation}"), None),
        Entry::Membership(Membership {
            member: principal.clone(),
            holder: format!("{object}#{relation}"),
            reach: Reach::Has,
            condition,
            valid_from,
            valid_to: None,
        }),
    ]))
}

fn user(tuple: &Json) -> Option<String> {
    if let Some(user) = json::text(tuple, "/user") {
        return Some(user);
    }
    let user = format!("{}:{}", json::text(tuple, "/user_type")?, json::text(tuple, "/user_id")?);
    Some(match json::text(tuple, "/user_relation") {
        Some(relation) => format!("{user}#{relation}"),
        None => user,
    })
}

fn object(tuple: &Json) -> Option<String> {
    json::text(tuple, "/object")
        .or_else(|| Some(format!("{}:{}", json::text(tuple, "/object_type")?, json::text(tuple, "/object_id")?)))
}

/// A condition as text that stays undetermined: only the engine could evaluate it.
fn condition(tuple: &Json) -> Option<String> {
    let name = json::first_text(tuple, &["/condition/name", "/condition_name", "/condition"])?;
    let context = json::at(tuple, "/condition/context").or_else(|| json::at(tuple, "/condition_context"));
    Some(match context {
        Some(context) => format!("condition {name} with {}", json::scalar(context).unwrap_or_else(|| context.to_string())),
        None => format!("condition {name}"),
    })
}
