//! Entries of Google Kubernetes Engine, in the words that Kubernetes uses: a verb, and `group/resource/namespace/name`.

use crate::model::{Event, WireKind};

pub(super) fn is_one(service: Option<&str>, method: &str) -> bool {
    service == Some("k8s.io") || method.starts_with("io.k8s.")
}

/// `io.k8s.apps.v1.deployments.create` on `apps/v1/namespaces/shop/deployments/api`.
pub(super) fn rename(event: &mut Event, method: &str) {
    event.service = Some("kubernetes".into());
    if let Some(verb) = method.rsplit('.').next().filter(|v| !v.is_empty()) {
        event.action = Some(verb.to_string());
    }
    let Some((name, kind)) = event.resource.as_deref().and_then(resource) else { return };
    event.resource = Some(name);
    event.resource_type = Some(kind);
}

fn resource(path: &str) -> Option<(String, String)> {
    let mut parts = path.split('/').filter(|p| !p.is_empty());
    let (group, _version) = (parts.next()?, parts.next()?);
    let mut kind = parts.next()?;
    let mut namespace = None;
    let mut rest = parts.collect::<Vec<_>>();
    if kind == "namespaces" && rest.len() >= 2 {
        namespace = Some(rest.remove(0));
        kind = rest.remove(0);
    }
    let mut rest = rest.into_iter();
    let (name, sub) = (rest.next(), rest.next());
    let group = (group != "core").then_some(group);
    let words = [group, Some(kind), sub, namespace, name];
    Some((words.into_iter().flatten().collect::<Vec<_>>().join("/"), kind.to_string()))
}

pub(super) fn kind_of(user: &str) -> WireKind {
    match user {
        u if u.starts_with("system:serviceaccount:kube-system:") => WireKind::System,
        u if u.starts_with("system:serviceaccount:") => WireKind::Service,
        _ => WireKind::System,
    }
}
