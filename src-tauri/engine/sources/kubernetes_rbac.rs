//! Kubernetes RBAC.
//!
//! - **Ask for**: `kubectl get roles,clusterroles,rolebindings,clusterrolebindings -A -o json`, one cluster a case.
//! - **Reads**: `rbac.authorization.k8s.io` objects: a `List` or `RoleList`, `ClusterRoleList`, `RoleBindingList`,
//!   `ClusterRoleBindingList`, single objects, and the API's lists, whose items do not name their kind.
//! - **Recognised by**: `kind` and `apiVersion` of RBAC; without them `metadata.name` beside `roleRef`, or `rules` with `verbs`.
//! - **Filled by**: the API server: `platform`.
//! - **Answers**: which user, group or service account may do which verb on what, in which namespace, by which binding;
//!   aggregated roles; what everyone who is authenticated and every service account may do.
//! - **Never tells**: who belongs to a group of the identity provider (hand in `memberships.csv` with `k8s-group:NAME`): what
//!   such a group may do is unanswerable for people, and not for service accounts, whose groups are fixed. Since when. Nor
//!   rights by other authorizers (nodes, webhooks, EKS access entries, Azure and Google IAM). No object names its cluster.
//! - **Documented in**: Kubernetes documentation, "Using RBAC Authorization", and the API reference of `PolicyRule` and `Subject`.
//!   No export of a real cluster was seen.

mod names;

use sonic_rs::{JsonValueTrait, LazyValue, to_array_iter};

pub use self::names::{canonical, groups_of, namespace_of};
use self::names::{SERVICE, groups, paths};
use super::json::{self, Json};
use super::{Hints, NotUnderstood, Piece, Recognition, Record, Sample, Source, Understood};
use crate::model::{Effect, Entitlement, Entry, Membership, Principal, Reach};

pub const SOURCE: &dyn Source = &Rbac;

struct Rbac;

/// Rights of one role.
const MOST: usize = 50_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Role,
    Binding,
}

impl Source for Rbac {
    fn name(&self) -> &str {
        "kubernetes_rbac"
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        let of_rbac = |v: &Json| kind(v).is_some() && json::text(v, "/apiVersion").is_some_and(|a| a.starts_with(GROUP));
        sample
            .recognise(98, "roles and bindings of rbac.authorization.k8s.io", |v| of_rbac(v) || list(v))
            .or_else(|| sample.recognise(91, "roles and bindings of Kubernetes RBAC", |v| kind(v).is_some()))
    }

    fn expand<'a>(&self, chunk: &'a [u8]) -> Vec<Piece<'a>> {
        match items(chunk) {
            Some(pieces) if !pieces.is_empty() => pieces,
            _ => vec![Piece::whole(chunk)],
        }
    }

    fn understand(&self, record: &Record<'_>, _hints: &Hints) -> Result<Understood, NotUnderstood> {
        let object = record.json()?;
        let Some(kind) = kind(object) else {
            return match list(object) {
                true => Ok(Understood::Kept),
                false => Err(NotUnderstood::not_this("no role and no binding of RBAC")),
            };
        };
        let name = json::text(object, "/metadata/name").ok_or_else(|| NotUnderstood::not_this("no metadata.name"))?;
        let namespace = json::text(object, "/metadata/namespace");
        match kind {
            Kind::Role => role(object, &name, namespace.as_deref()),
            Kind::Binding => binding(object, namespace.as_deref()),
        }
        .map(Understood::Entries)
    }
}

const GROUP: &str = "rbac.authorization.k8s.io";

/// By the object's own word, else by its shape: the API's lists leave the kind of their items out.
fn kind(object: &Json) -> Option<Kind> {
    let named = json::at(object, "/metadata/name").is_some();
    match json::text(object, "/kind").as_deref() {
        Some("Role" | "ClusterRole") if named => Some(Kind::Role),
        Some("RoleBinding" | "ClusterRoleBinding") if named && json::at(object, "/roleRef").is_some() => {
            Some(Kind::Binding)
        }
        Some(_) => None,
        None if named && json::at(object, "/roleRef/name").is_some() => Some(Kind::Binding),
        None if named && json::items(json::at(object, "/rules")).any(|r| json::at(r, "/verbs").is_some()) => {
            Some(Kind::Role)
        }
        None => None,
    }
}

/// A list that is one chunk: a line, or an element of an array.
fn list(object: &Json) -> bool {
    let kind = json::text(object, "/kind").unwrap_or_default();
    let of_rbac = matches!(kind.as_str(), "RoleList" | "ClusterRoleList" | "RoleBindingList" | "ClusterRoleBindingList");
    let mut items = json::items(json::at(object, "/items")).peekable();
    (of_rbac && json::at(object, "/items").is_some())
        || (kind == "List" && items.peek().is_some() && items.any(|i| self::kind(i).is_some()))
}

fn items(chunk: &[u8]) -> Option<Vec<Piece<'_>>> {
    let whole = sonic_rs::from_slice::<LazyValue<'_>>(chunk).ok()?;
    let listed = whole.get("kind")?.as_str()?.ends_with("List");
    let found = sonic_rs::get(chunk, ["items"]).ok().filter(|v| listed && v.is_array())?;
    let std::borrow::Cow::Borrowed(text) = found.as_raw_cow() else { return None };
    let mut pieces = Vec::new();
    for element in to_array_iter(text.as_bytes()) {
        let range = json::offset_in(chunk, element.ok()?.as_raw_str().as_bytes())?;
        pieces.push(Piece { range, envelope: None });
    }
    Some(pieces)
}

/// A role has the same name in every namespace, and another set of rights.
fn role_name(kind: &str, name: &str, namespace: Option<&str>) -> String {
    match namespace {
        Some(namespace) if kind == "Role" => format!("k8s:Role/{namespace}/{name}"),
        _ => format!("k8s:ClusterRole/{name}"),
    }
}

fn role(object: &Json, name: &str, namespace: Option<&str>) -> Result<Vec<Entry>, NotUnderstood> {
    let holder = role_name(if namespace.is_some() { "Role" } else { "ClusterRole" }, name, namespace);
    let condition = namespace.map(within).unwrap_or_default();
    // What the export lists it tells all of: the role is told from one that bindings only refer to.
    let mut out = vec![has(&holder, &holder, String::new())];
    for rule in json::items(json::at(object, "/rules")) {
        rights(rule, &holder, &condition, &mut out)?;
    }
    if namespace.is_none() {
        aggregation(object, &holder, &mut out);
    }
    Ok(out)
}

/// Confines to a namespace; the rights room knows the attribute.
fn within(namespace: &str) -> String {
    format!("k8s:namespace={namespace}")
}

fn list_of(rule: &Json, key: &str) -> Vec<String> {
    match json::member(rule, key) {
        // The core group is an empty text.
        Some(value) => json::items(Some(value)).filter_map(|v| v.as_str()).map(str::to_string).collect(),
        None => Vec::new(),
    }
}

fn rights(rule: &Json, holder: &str, condition: &str, out: &mut Vec<Entry>) -> Result<(), NotUnderstood> {
    let (verbs, names) = (list_of(rule, "verbs"), list_of(rule, "resourceNames"));
    let mut on = Vec::new();
    for group in list_of(rule, "apiGroups") {
        for resource in list_of(rule, "resources") {
            on.push(paths(&group, &resource, &names));
        }
    }
    let paths: usize = on.iter().map(|p| p.patterns.len()).sum();
    if out.len().saturating_add(paths.saturating_mul(verbs.len())) > MOST {
        return Err(NotUnderstood::not_this(format!("more than {MOST} rights in one role")));
    }
    let mut right = |verb: &str, resource: String, except: Vec<String>, condition: String| {
        out.push(Entry::Entitlement(Entitlement {
            principal: holder.into(),
            service: Some(SERVICE.into()),
            action: verb.into(),
            resource,
            // A verb has neither colon nor dot: the names of other systems' actions do.
            except_actions: if verb == "*" { vec!["*:*".into(), "*.*".into()] } else { Vec::new() },
            except_resources: except,
            effect: Effect::Allow,
            condition,
            valid_from: None,
            valid_to: None,
        }));
    };
    for verb in &verbs {
        for path in &on {
            let condition = path.undetermined.clone().unwrap_or_else(|| condition.to_string());
            for pattern in &path.patterns {
                right(verb, pattern.clone(), path.except.clone(), condition.clone());
            }
        }
        for url in list_of(rule, "nonResourceURLs") {
            let path = if url == "*" { "/*".into() } else { url };
            right(verb, path, Vec::new(), condition.to_string());
        }
    }
    Ok(())
}

/// A role that is made of those with a label has what they have, until the controller has written its rules into it.
fn aggregation(object: &Json, holder: &str, out: &mut Vec<Entry>) {
    let label = |key: &str, value: &str| format!("k8s-label:{key}={value}");
    for (key, value) in json::members(json::at(object, "/metadata/labels")) {
        if let Some(value) = json::scalar(value).filter(|_| key.contains("aggregate")) {
            let name = label(key, &value);
            out.push(has(&name, &name, String::new()));
            out.push(has(&name, holder, String::new()));
        }
    }
    if json::items(json::at(object, "/rules")).next().is_some() {
        return;
    }
    for selector in json::items(json::at(object, "/aggregationRule/clusterRoleSelectors")) {
        let labels: Vec<String> = json::members(json::at(selector, "/matchLabels"))
            .filter_map(|(key, value)| Some(label(key, &json::scalar(value)?)))
            .collect();
        let plain = labels.len() == 1 && json::items(json::at(selector, "/matchExpressions")).next().is_none();
        let condition = if plain { "" } else { "all the labels of the selector together" };
        for name in labels {
            out.push(has(&name, &name, String::new()));
            out.push(has(holder, &name, condition.into()));
        }
    }
}

fn binding(object: &Json, namespace: Option<&str>) -> Result<Vec<Entry>, NotUnderstood> {
    let to = json::at(object, "/roleRef");
    let name = to.and_then(|r| json::text(r, "/name"));
    let kind = to.and_then(|r| json::text(r, "/kind"));
    let (Some(name), Some(kind)) = (name, kind) else {
        return Err(NotUnderstood::not_this("roleRef without kind and name"));
    };
    let holder = match (kind.as_str(), namespace) {
        ("Role", Some(_)) | ("ClusterRole", _) => role_name(&kind, &name, namespace),
        _ => return Err(NotUnderstood::not_this("roleRef to no role of this binding's scope")),
    };
    let condition = if kind == "ClusterRole" { namespace.map(within).unwrap_or_default() } else { String::new() };
    let mut out = Vec::new();
    for subject in json::items(json::at(object, "/subjects")) {
        let name = json::text(subject, "/name").ok_or_else(|| NotUnderstood::not_this("a subject without name"))?;
        match json::text(subject, "/kind").as_deref() {
            Some("ServiceAccount") => {
                let Some(of) = json::text(subject, "/namespace") else {
                    return Err(NotUnderstood::not_this("a service account without namespace"));
                };
                let account = format!("system:serviceaccount:{of}:{name}");
                out.push(has(&account, &account, String::new()));
                out.push(has(&account, &holder, condition.clone()));
            }
            Some("Group") => {
                let group = group_name(&name);
                if groups(&name) {
                    out.push(has(&group, &group, String::new()));
                }
                out.push(has(&group, &holder, condition.clone()));
            }
            Some("User") => {
                let user = user_name(&name);
                out.push(has(&user, &user, String::new()));
                for group in groups_of(&name) {
                    out.push(has(&user, &group_name(&group), String::new()));
                }
                out.push(has(&user, &holder, condition.clone()));
            }
            other => {
                let shown = other.unwrap_or("none").chars().take(40).collect::<String>();
                return Err(NotUnderstood::not_this(format!("a subject of kind {shown}")));
            }
        }
    }
    Ok(out)
}

fn group_name(name: &str) -> String {
    format!("k8s-group:{name}")
}

/// A user as its wire principal: an address, an ARN and a component are themselves, any other word is Kubernetes' own.
fn user_name(name: &str) -> String {
    match Principal::from_word(name) {
        Some(p) if p.namespace == "email" => p.id,
        Some(p) if p.namespace == "name" => format!("k8s:{}", p.id),
        _ => name.to_string(),
    }
}

fn has(member: &str, holder: &str, condition: String) -> Entry {
    Entry::Membership(Membership {
        member: member.into(),
        holder: holder.into(),
        reach: Reach::Has,
        condition,
        valid_from: None,
        valid_to: None,
    })
}

#[cfg(test)]
mod tests;
