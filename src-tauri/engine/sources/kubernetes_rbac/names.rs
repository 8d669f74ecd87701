//! Resources of Kubernetes as paths: `group/resource[/subresource]/namespace/name`, without what a request does not have.

use std::borrow::Cow;

/// The service of a right that RBAC grants.
pub(super) const SERVICE: &str = "kubernetes";

/// API groups whose name has no dot, which tells all others from resources.
const PLAIN_GROUPS: [&str; 5] = ["apps", "autoscaling", "batch", "extensions", "policy"];

/// Built-in resources that are in no namespace.
const CLUSTER: &[&str] = &[
    "apiservices",
    "certificatesigningrequests",
    "clusterrolebindings",
    "clusterroles",
    "componentstatuses",
    "csidrivers",
    "csinodes",
    "customresourcedefinitions",
    "flowschemas",
    "ingressclasses",
    "mutatingwebhookconfigurations",
    "nodes",
    "persistentvolumes",
    "podsecuritypolicies",
    "priorityclasses",
    "prioritylevelconfigurations",
    "runtimeclasses",
    "selfsubjectaccessreviews",
    "selfsubjectreviews",
    "selfsubjectrulesreviews",
    "storageclasses",
    "subjectaccessreviews",
    "tokenreviews",
    "validatingadmissionpolicies",
    "validatingadmissionpolicybindings",
    "validatingwebhookconfigurations",
    "volumeattachments",
];

/// Built-in resources that are in one. A namespace is in itself.
const NAMESPACED: &[&str] = &[
    "bindings",
    "configmaps",
    "controllerrevisions",
    "cronjobs",
    "daemonsets",
    "deployments",
    "endpoints",
    "endpointslices",
    "events",
    "horizontalpodautoscalers",
    "ingresses",
    "jobs",
    "leases",
    "limitranges",
    "localsubjectaccessreviews",
    "namespaces",
    "networkpolicies",
    "persistentvolumeclaims",
    "poddisruptionbudgets",
    "pods",
    "podtemplates",
    "replicasets",
    "replicationcontrollers",
    "resourcequotas",
    "rolebindings",
    "roles",
    "secrets",
    "serviceaccounts",
    "services",
    "statefulsets",
];

/// Subresources, which a right to the resource alone does not reach. A resource that is not built in has two at most.
fn subresources(resource: &str) -> &'static [&'static str] {
    match resource {
        "pods" => &[
            "attach",
            "binding",
            "ephemeralcontainers",
            "eviction",
            "exec",
            "log",
            "portforward",
            "proxy",
            "resize",
            "status",
        ],
        "services" | "nodes" => &["proxy", "status"],
        "serviceaccounts" => &["token"],
        "namespaces" => &["finalize", "status"],
        "certificatesigningrequests" => &["approval", "status"],
        "deployments" | "replicasets" | "statefulsets" | "replicationcontrollers" => &["scale", "status"],
        "secrets" | "configmaps" | "endpoints" | "events" | "roles" | "rolebindings" | "clusterroles"
        | "clusterrolebindings" => &[],
        built_in if NAMESPACED.contains(&built_in) || CLUSTER.contains(&built_in) => &["status"],
        _ => &["scale", "status"],
    }
}

/// Groups that Kubernetes puts an account into by itself.
pub fn groups_of(account: &str) -> Vec<String> {
    let mut parts = account.strip_prefix("system:serviceaccount:").into_iter().flat_map(|rest| rest.split(':'));
    match (account, parts.next()) {
        ("system:anonymous", _) => vec!["system:unauthenticated".into()],
        (_, Some(namespace)) => vec![
            "system:authenticated".into(),
            "system:serviceaccounts".into(),
            format!("system:serviceaccounts:{namespace}"),
        ],
        (_, None) => vec!["system:authenticated".into()],
    }
}

/// Whether Kubernetes itself defines who is in a group.
pub(super) fn groups(name: &str) -> bool {
    matches!(name, "system:authenticated" | "system:unauthenticated" | "system:serviceaccounts")
        || name.starts_with("system:serviceaccounts:")
}

/// What a rule's resource is as patterns of paths, in all namespaces.
pub(super) struct Paths {
    pub patterns: Vec<String>,
    pub except: Vec<String>,
    /// A condition that nothing determines, where patterns cannot say what is meant.
    pub undetermined: Option<String>,
}

pub(super) fn paths(group: &str, resource: &str, names: &[String]) -> Paths {
    let mut paths = Paths { patterns: Vec::new(), except: Vec::new(), undetermined: None };
    if resource == "*" {
        everything(group, names, &mut paths);
        return paths;
    }
    let (kind, sub) = resource.split_once('/').map_or((resource, None), |(kind, sub)| (kind, Some(sub)));
    if kind == "*" {
        paths.undetermined = Some("a subresource of every resource".into());
    }
    for head in heads(group, resource) {
        match names.is_empty() {
            true => paths.patterns.extend([head.clone(), format!("{head}/*")]),
            false => {
                for name in names {
                    paths.patterns.extend([format!("{head}/{name}"), format!("{head}/*/{name}")]);
                }
            }
        }
        // The namespace and the name stand behind a subresource; a namespace may have its name.
        let behind = if CLUSTER.contains(&kind) { "*" } else { "*/*" };
        let subs = if sub.is_none() { subresources(kind) } else { &[] };
        paths.except.extend(subs.iter().map(|sub| format!("{head}/{sub}/{behind}")));
    }
    paths
}

/// What stands before namespace and name, for each group that is meant.
fn heads(group: &str, resource: &str) -> Vec<String> {
    match group {
        "" => vec![resource.into()],
        "*" => {
            let plain = PLAIN_GROUPS.iter().map(|g| format!("{g}/{resource}"));
            [resource.to_string(), format!("*.*/{resource}")].into_iter().chain(plain).collect()
        }
        group => vec![format!("{group}/{resource}")],
    }
}

fn everything(group: &str, names: &[String], paths: &mut Paths) {
    // Paths that are no resources begin with a slash.
    paths.except.push("/*".into());
    let head = match group {
        "" => {
            paths.except.extend(PLAIN_GROUPS.iter().map(|g| format!("{g}/*")));
            paths.except.push("*.*/*".into());
            String::new()
        }
        "*" => String::new(),
        group => format!("{group}/"),
    };
    match names.is_empty() {
        true => paths.patterns.push(format!("{head}*")),
        false => paths.patterns.extend(names.iter().map(|name| format!("{head}*/{name}"))),
    }
}

/// A path as audit logs of the API server write it. Google's log writes `core/v1/namespaces/NS/pods/NAME/SUB`.
pub fn canonical(resource: &str) -> Cow<'_, str> {
    let parts: Vec<&str> = resource.split('/').collect();
    let versioned = parts.get(1).is_some_and(|v| {
        v.strip_prefix('v').is_some_and(|n| n.starts_with(|c: char| c.is_ascii_digit())) && parts.len() > 2
    });
    if !versioned {
        return Cow::Borrowed(resource);
    }
    let group = parts.first().copied().filter(|g| *g != "core");
    let (namespace, rest) = match parts.get(2..) {
        Some(["namespaces", namespace, rest @ ..]) if !rest.is_empty() => (Some(*namespace), rest),
        Some(["namespaces", namespace]) => (Some(*namespace), &["namespaces", *namespace][..]),
        Some(rest) => (None, rest),
        None => return Cow::Borrowed(resource),
    };
    let (kind, name, sub) = (rest.first().copied(), rest.get(1).copied(), rest.get(2).copied());
    Cow::Owned([group, kind, sub, namespace, name].into_iter().flatten().collect::<Vec<_>>().join("/"))
}

/// The namespace of a path: empty for what is in none, `None` where the path does not tell.
pub fn namespace_of(resource: &str) -> Option<&str> {
    if resource.starts_with('/') || resource.is_empty() {
        return Some("");
    }
    let mut parts: Vec<&str> = resource.split('/').collect();
    if parts.first().is_some_and(|g| g.contains('.') || PLAIN_GROUPS.contains(g)) {
        parts.remove(0);
    }
    let kind = parts.first().copied()?;
    let built_in = NAMESPACED.contains(&kind);
    if CLUSTER.contains(&kind) {
        return Some("");
    }
    match parts.get(1..)? {
        [] => Some(""),
        [namespace] if built_in => Some(namespace),
        // The name of something in no namespace, or a namespace.
        [_] => None,
        [sub, _] if subresources(kind).contains(sub) => None,
        [namespace, _] => Some(namespace),
        [_, namespace, _] => Some(namespace),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_namespace_of_a_path() {
        for (path, namespace) in [
            ("pods/prod/web", Some("prod")),
            ("pods/exec/prod/web", Some("prod")),
            ("apps/deployments/prod/web", Some("prod")),
            ("pods/prod", Some("prod")),
            ("pods", Some("")),
            ("nodes/n1", Some("")),
            ("nodes/proxy/n1", Some("")),
            ("/healthz", Some("")),
            ("example.org/widgets/w1", None),
            ("example.org/widgets/prod/w1", Some("prod")),
            ("pods/log/prod", None),
        ] {
            assert_eq!(namespace_of(path), namespace, "{path}");
        }
    }

    #[test]
    fn a_path_of_googles_log_is_written_as_the_api_servers() {
        assert_eq!(canonical("core/v1/namespaces/prod/pods/web/exec"), "pods/exec/prod/web");
        assert_eq!(canonical("apps/v1/namespaces/prod/deployments/web"), "apps/deployments/prod/web");
        assert_eq!(canonical("rbac.authorization.k8s.io/v1/clusterroles/view"), "rbac.authorization.k8s.io/clusterroles/view");
        assert_eq!(canonical("core/v1/namespaces/prod"), "namespaces/prod/prod");
        assert_eq!(canonical("pods/prod/web"), "pods/prod/web");
    }
}
