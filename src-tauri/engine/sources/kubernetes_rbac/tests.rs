use super::super::{registry, understand_chunk};
use super::*;
use crate::model::LossCode;
use crate::read::Form;

fn entries(text: &str) -> Vec<Entry> {
    match understand_chunk(SOURCE, &Form::Objects, text.as_bytes(), &Hints::none()).remove(0).2 {
        Ok(Understood::Entries(entries)) => entries,
        other => panic!("{other:?}"),
    }
}

fn edges(entries: &[Entry]) -> Vec<(&str, &str, &str)> {
    entries
        .iter()
        .filter_map(|e| match e {
            Entry::Membership(m) if m.member != m.holder => {
                Some((m.member.as_str(), m.holder.as_str(), m.condition.as_str()))
            }
            _ => None,
        })
        .collect()
}

fn rights(entries: &[Entry]) -> Vec<&Entitlement> {
    entries.iter().filter_map(|e| if let Entry::Entitlement(e) = e { Some(e) } else { None }).collect()
}

const ROLE: &str = r#"{"kind":"Role","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"reader","namespace":"prod"},
  "rules":[{"apiGroups":[""],"resources":["pods","pods/log"],"verbs":["get","list"]},{"apiGroups":["apps"],"resources":["deployments"],"resourceNames":["web"],"verbs":["patch"]}]}"#;

#[test]
fn a_role_grants_verbs_on_paths_in_its_namespace() {
    let entries = entries(ROLE);
    let found: Vec<(&str, &str)> = rights(&entries).iter().map(|r| (r.action.as_str(), r.resource.as_str())).collect();
    assert_eq!(found.len(), 10);
    assert!(found.contains(&("get", "pods")) && found.contains(&("list", "pods/log/*")));
    assert!(found.contains(&("patch", "apps/deployments/*/web")) && !found.contains(&("patch", "apps/deployments/*")));
    assert!(rights(&entries).iter().all(|r| r.condition == "k8s:namespace=prod" && r.principal == "k8s:Role/prod/reader"));
}

fn cluster_role(rules: &str, more: &str) -> String {
    format!(
        r#"{{"kind":"ClusterRole","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{{"name":"x"{more}}},"rules":{rules}}}"#
    )
}

#[test]
fn wildcards_reach_what_they_mean_and_not_paths_nor_subresources() {
    let all = entries(&cluster_role(r#"[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]},{"nonResourceURLs":["*"],"verbs":["get"]}]"#, ""));
    let all = rights(&all);
    assert_eq!((all[0].action.as_str(), all[0].resource.as_str()), ("*", "*"));
    assert_eq!((all[0].except_resources.clone(), all[1].resource.as_str()), (vec!["/*".to_string()], "/*"));
    assert!(all[0].except_actions.contains(&"*:*".to_string()), "no verb is an action of AWS");
    let pods = entries(&cluster_role(r#"[{"apiGroups":[""],"resources":["pods"],"verbs":["create"]}]"#, ""));
    assert!(rights(&pods).iter().all(|r| r.except_resources.contains(&"pods/exec/*/*".to_string())));
    let core = entries(&cluster_role(r#"[{"apiGroups":[""],"resources":["*"],"verbs":["get"]}]"#, ""));
    assert!(rights(&core)[0].except_resources.contains(&"apps/*".to_string()));
}

#[test]
fn bindings_make_members_of_subjects() {
    let text = r#"{"kind":"RoleBinding","apiVersion":"rbac.authorization.k8s.io/v1","metadata":{"name":"b","namespace":"prod"},
      "roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"edit"},
      "subjects":[{"kind":"ServiceAccount","name":"bot","namespace":"tools"},{"kind":"User","name":"Ada@Example.org"},{"kind":"User","name":"jane"},{"kind":"Group","name":"devs"}]}"#;
    let found = entries(text);
    let within = "k8s:namespace=prod";
    assert_eq!(
        edges(&found),
        [
            ("system:serviceaccount:tools:bot", "k8s:ClusterRole/edit", within),
            ("ada@example.org", "k8s-group:system:authenticated", ""),
            ("ada@example.org", "k8s:ClusterRole/edit", within),
            ("k8s:jane", "k8s-group:system:authenticated", ""),
            ("k8s:jane", "k8s:ClusterRole/edit", within),
            ("k8s-group:devs", "k8s:ClusterRole/edit", within),
        ]
    );
    let text = text.replace("\"ClusterRole\"", "\"Role\"");
    assert!(edges(&entries(&text)).contains(&("k8s:jane", "k8s:Role/prod/edit", "")));
    let everywhere = text.replace("RoleBinding", "ClusterRoleBinding").replace(",\"namespace\":\"prod\"", "").replace("\"Role\"", "\"ClusterRole\"");
    assert!(edges(&entries(&everywhere)).contains(&("k8s:jane", "k8s:ClusterRole/edit", "")));
}

#[test]
fn an_aggregated_role_has_what_the_labelled_ones_have() {
    let view = cluster_role("null", r#","labels":{"a":"b"}"#).replace(
        "\"rules\":null",
        r#""rules":[],"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"rbac.authorization.k8s.io/aggregate-to-view":"true"}},{"matchLabels":{"aggregate-a":"1","aggregate-b":"1"}}]}"#,
    );
    let found = entries(&view);
    let label = "k8s-label:rbac.authorization.k8s.io/aggregate-to-view=true";
    assert_eq!(edges(&found)[0], ("k8s:ClusterRole/x", label, ""));
    assert!(edges(&found)[1..].iter().all(|(_, _, condition)| !condition.is_empty()));
    let part = entries(&cluster_role("[]", r#","labels":{"rbac.authorization.k8s.io/aggregate-to-view":"true"}"#));
    assert_eq!(edges(&part), [(label, "k8s:ClusterRole/x", "")]);
}

#[test]
fn lists_single_objects_and_the_apis_nameless_items_are_read() {
    let registry = registry(Vec::new());
    let wrapped = Form::Wrapped { key: "items".into() };
    let nameless = ROLE.replace(r#""kind":"Role","apiVersion":"rbac.authorization.k8s.io/v1","#, "");
    let list = format!(r#"{{"kind":"RoleList","apiVersion":"rbac.authorization.k8s.io/v1","items":[{nameless},{nameless}]}}"#);
    for (form, text, records) in
        [(&Form::Objects, ROLE.to_string(), 1), (&wrapped, nameless.clone(), 1), (&Form::Lines, list, 2)]
    {
        assert_eq!(registry.detect(form, &[text.as_bytes()]).name(), "kubernetes_rbac", "{text}");
        let parts = understand_chunk(SOURCE, form, text.as_bytes(), &Hints::none());
        assert_eq!(parts.len(), records);
        assert!(parts.iter().all(|p| matches!(p.2, Ok(Understood::Entries(_)))));
    }
    for other in [
        r#"{"kind":"Pod","apiVersion":"v1","metadata":{"name":"x"}}"#,
        r#"{"kind":"Event","apiVersion":"audit.k8s.io/v1","verb":"get","user":{"username":"x"},"auditID":"1"}"#,
        r#"{"kind":"List","items":[{"kind":"Pod","metadata":{"name":"x"}}]}"#,
    ] {
        assert_ne!(registry.detect(&Form::Objects, &[other.as_bytes()]).name(), "kubernetes_rbac", "{other}");
    }
}

#[test]
fn what_cannot_be_read_is_a_loss() {
    for text in [
        r#"{"kind":"Pod","metadata":{"name":"x"}}"#,
        r#"{"kind":"RoleBinding","metadata":{"name":"x","namespace":"n"},"roleRef":{"kind":"Role"}}"#,
        r#"{"kind":"ClusterRoleBinding","metadata":{"name":"x"},"roleRef":{"kind":"Role","name":"r"}}"#,
        r#"{"kind":"RoleBinding","metadata":{"name":"x","namespace":"n"},"roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"ServiceAccount","name":"a"}]}"#,
        r#"{"kind":"RoleBinding","metadata":{"name":"x","namespace":"n"},"roleRef":{"kind":"Role","name":"r"},"subjects":[{"kind":"Robot","name":"a"}]}"#,
    ] {
        let read = understand_chunk(SOURCE, &Form::Objects, text.as_bytes(), &Hints::none()).remove(0).2;
        assert_eq!(read.unwrap_err().code, LossCode::NotThisFormat, "{text}");
    }
}
