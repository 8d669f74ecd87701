//! Rights out of real exports, end to end: files in, answers out. Samples and recorded exports are skipped where they do
//! not lie beside the repository.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test of the whole corridor: helpers are outside of #[test]"
)]

mod fixtures;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use behalf_engine::ask::authorized::{Asked, Authorized, authorized};
use behalf_engine::ask::who_can::{What, administrators, trusted, who_can};
use behalf_engine::case::{Case, verify};
use behalf_engine::model::{Reach, Time};
use fixtures::{Export, Given, given, given_on, import};

fn beside(part: &str) -> Option<PathBuf> {
    let found =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join("shared").join(part)).find(|p| p.is_dir());
    if found.is_none() {
        println!("skipped: no {part} beside the repository");
    }
    found
}

fn export(name: &str, text: impl Into<String>) -> Export {
    Export { name: name.into(), bytes: text.into().into_bytes() }
}

const AT: &str = "2026-03-03T10:00:00Z";

fn ask(case: &Case, user: &str, action: &str, resource: &str) -> Authorized {
    ask_with(case, user, action, resource, &[])
}

fn ask_with(case: &Case, user: &str, action: &str, resource: &str, with: &[(&str, &str)]) -> Authorized {
    let with = with.iter().map(|(n, v)| (n.to_string(), v.to_string())).collect();
    let at = Time::parse(AT).unwrap();
    authorized(case, &Asked { user: user.into(), action: action.into(), resource: resource.into(), at, with }).unwrap()
}

#[test]
fn samples_of_iam_are_read_whole() {
    let Some(folder) = beside("samples/identity_aws_iam") else { return };
    for (name, records) in [
        ("cloudsplaining_example-authz-details.json", 40),
        ("cloudsplaining_example.json", 211),
        ("cloudsplaining_example_authz_details_for_overrides_complete.json", 7),
        ("cloudsplaining_example_authz_v2.json", 6),
    ] {
        let mut case = Case::in_memory().unwrap();
        let report = import(&mut case, &[folder.join(name)], &[], 2);
        let file = &report.files[0];
        let grants = case.grants().unwrap().len();
        let memberships = case.memberships().unwrap();
        let of = |reach| memberships.iter().filter(|(_, m)| m.reach == reach && m.member != m.holder).count();
        println!(
            "{name}: {}, {} read, {} kept, {} rejected, {grants} grants, {} memberships, {} trusts",
            file.format,
            file.read,
            file.kept,
            file.rejected,
            of(Reach::Has),
            of(Reach::MayAssume)
        );
        assert_eq!((file.format.as_str(), file.read, file.rejected), ("aws_authorization", records, 0), "{name}");
        assert_eq!(file.read, file.kept + file.duplicates, "{name}");
        assert!(grants > 0 && of(Reach::Has) > 0, "{name}");
        assert_eq!(verify(&case).unwrap().problems, Vec::<String>::new());
    }
    let report = import(&mut Case::in_memory().unwrap(), &[folder.join("credential_report_fixture.csv")], &[], 1);
    assert_ne!(report.files[0].format, "aws_authorization");
}

#[test]
fn full_administrators_and_roles_of_services_are_those_that_are_known() {
    let Some(folder) = beside("realdata/aws_iam_authz_details") else { return };
    let truth: Vec<BTreeMap<String, String>> = csv::Reader::from_path(folder.join("expected_principals.csv"))
        .unwrap()
        .deserialize()
        .map(Result::unwrap)
        .collect();
    let mut case = Case::in_memory().unwrap();
    import(&mut case, &[folder.join("example-authz-details.json")], &[], 2);
    behalf_engine::analysis::analyze(&case, &()).unwrap();
    let of = |column: &str, value: &str| -> BTreeSet<&str> {
        truth.iter().filter(|t| t[column] == value).map(|t| t["arn"].as_str()).collect()
    };
    let found = administrators(&case, Time::parse(AT)).unwrap();
    let named: BTreeSet<&str> = found.iter().map(|a| a.principal.as_str()).collect();
    assert_eq!(named, of("full_admin", "True"));
    assert_eq!(found.len(), 2);
    // Both have it by a policy; one reaches it through the group alone.
    let direct = |arn: &str| {
        truth.iter().find(|t| t["arn"] == arn).unwrap()["admin_via"].matches("AdministratorAccess").count() > 1
    };
    for admin in &found {
        let way = admin.because.iter().find(|b| b.starts_with("reached through")).unwrap();
        assert_eq!(way.contains(":group/"), !direct(&admin.principal), "{way}");
    }
    let roles: BTreeMap<String, bool> =
        trusted(&case).unwrap().into_iter().map(|t| (t.role, t.services_only)).collect();
    let services = of("principal_class", "service_role(robot)");
    assert_eq!((services.len(), roles.len()), (3, 3));
    assert!(services.iter().all(|arn| roles[*arn]));

    let key = "arn:aws:s3:::any/key";
    for person in &truth {
        let everything = ask(&case, &person["arn"], "iam:CreateUser", "arn:aws:iam::012345678901:user/new").answer;
        assert_eq!(everything == "yes", person["full_admin"] == "True", "{}", person["name"]);
    }
    let weak = truth.iter().find(|t| t["kind"] == "user" && t["full_admin"] == "False").unwrap();
    assert_eq!(ask(&case, &weak["arn"], "s3:GetObject", key).answer, "yes");
    let who =
        who_can(&case, What { service: None, action: "s3:GetObject", resource: key, at: Time::parse(AT), with: &[] })
            .unwrap();
    let who: BTreeSet<&str> = who.iter().filter(|h| h.answer == "yes").map(|h| h.principal.as_str()).collect();
    assert!(truth.iter().filter(|t| t["kind"] == "user").all(|t| who.contains(t["arn"].as_str())), "{who:?}");
}

const ROLE: &str = "arn:aws:iam::123456789012:role/agents/RefundRole";

fn iam() -> Export {
    let statement = |action: &str, resource: &str| {
        format!(
            r#"{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}]}}"#
        )
    };
    export(
        "iam.json",
        format!(
            r#"{{"UserDetailList":[
  {{"UserName":"ada","UserId":"AIDA1","Arn":"arn:aws:iam::123456789012:user/ada","GroupList":["readers"],"AttachedManagedPolicies":[]}},
  {{"UserName":"bo","UserId":"AIDA2","Arn":"arn:aws:iam::123456789012:user/bo","GroupList":[],"AttachedManagedPolicies":[{{"PolicyName":"Unseen","PolicyArn":"arn:aws:iam::aws:policy/Unseen"}}]}}],
 "GroupDetailList":[{{"GroupName":"readers","GroupId":"AGPA1","Arn":"arn:aws:iam::123456789012:group/readers",
  "GroupPolicyList":[{{"PolicyName":"read","PolicyDocument":{}}}],"AttachedManagedPolicies":[]}}],
 "RoleDetailList":[{{"RoleName":"RefundRole","RoleId":"AROA1","Arn":"{ROLE}",
  "AssumeRolePolicyDocument":{{"Statement":[{{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{{"AWS":"arn:aws:iam::123456789012:user/ada"}}}}]}},
  "RolePolicyList":[{{"PolicyName":"write","PolicyDocument":{}}}],"AttachedManagedPolicies":[]}}],
 "Policies":[]}}"#,
            statement("s3:GetObject", "arn:aws:s3:::orders/open/*"),
            statement("s3:*Object", "arn:aws:s3:::orders/*"),
        ),
    )
}

fn aws_world() -> Given {
    let directory = "id,email,name,type,status,start,end,department,aliases\n\
        E1,ada@example.org,Ada,person,,,,,aws:arn:aws:iam::123456789012:user/ada\n\
        E2,bo@example.org,Bo,person,,,,,aws:arn:aws:iam::123456789012:user/bo\n\
        refund-agent,,,agent,,,,,aws-role:123456789012/RefundRole\n";
    let call = r#"{"eventVersion":"1.08","eventID":"e-1","eventTime":"2026-03-03T10:00:00Z","eventSource":"s3.amazonaws.com","eventName":"PutObject","awsRegion":"eu-west-1",
      "sourceIPAddress":"192.0.2.1","userAgent":"x","requestParameters":{"bucketName":"orders","key":"open/7"},"responseElements":null,"recipientAccountId":"123456789012",
      "userIdentity":{"type":"AssumedRole","principalId":"AROA1:ada@example.org","arn":"arn:aws:sts::123456789012:assumed-role/RefundRole/ada@example.org","accountId":"123456789012",
        "sessionContext":{"sessionIssuer":{"type":"Role","principalId":"AROA1","arn":"arn:aws:iam::123456789012:role/agents/RefundRole","accountId":"123456789012","userName":"RefundRole"},"sourceIdentity":"ada@example.org"}},
      "resources":[{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::orders/open/7"}]}"#;
    given(&[iam(), export("directory.csv", directory), export("trail.json", format!("{{\"Records\":[{call}]}}"))], &[])
}

#[test]
fn iam_answers_for_the_person_the_agent_and_the_role_that_may_be_taken_on() {
    let Given { case, .. } = aws_world();
    let key = "arn:aws:s3:::orders/open/7";
    let read = ask(&case, "ada@example.org", "s3:GetObject", key);
    assert_eq!(read.answer, "yes");
    assert!(read.because[1].contains("group/readers") && read.because[1].starts_with("reached through"), "{read:?}");
    assert!(read.because.iter().any(|b| b.starts_with("membership record sha256:")), "{read:?}");

    // Asked of the call on record: the agent's role has it, the person has not, and could take the role on.
    let write = ask(&case, "ada@example.org", "s3:PutObject", key);
    assert_eq!(write.answer, "unanswerable", "the export does not name the person for it: {write:?}");
    assert!(write.because.iter().any(|b| b.starts_with("may take on ") && b.contains("RefundRole")), "{write:?}");
    let agent = write.agent.unwrap();
    assert_eq!((agent.id.as_str(), agent.answer.as_str()), ("refund-agent", "yes"));

    let elsewhere = ask(&case, "ada@example.org", "s3:GetObject", "arn:aws:s3:::orders/closed/7");
    assert_eq!(elsewhere.answer, "no");
    assert!(elsewhere.because.iter().any(|b| b.contains("no right of their own")), "{elsewhere:?}");
    let bo = ask(&case, "bo@example.org", "s3:GetObject", key);
    assert_eq!((bo.answer.as_str(), bo.because[0].contains("policy/Unseen")), ("unanswerable", true));
    assert!(bo.because.iter().all(|b| !b.starts_with("may take on")));

    let at = Time::parse(AT);
    let who = who_can(&case, What { service: None, action: "s3:PutObject", resource: key, at, with: &[] }).unwrap();
    let who: Vec<(&str, &str)> = who.iter().map(|h| (h.principal.as_str(), h.answer.as_str())).collect();
    assert_eq!(who[0], ("refund-agent", "yes"));
    assert!(who.contains(&("bo@example.org", "unanswerable")), "{who:?}");
}

const RBAC: &str = r#"{"apiVersion":"v1","kind":"List","metadata":{},"items":[
 {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"cluster-admin"},"rules":[{"apiGroups":["*"],"resources":["*"],"verbs":["*"]},{"nonResourceURLs":["*"],"verbs":["*"]}]},
 {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"edit"},"rules":[{"apiGroups":[""],"resources":["pods","secrets"],"verbs":["get","list","delete"]},{"apiGroups":["apps"],"resources":["deployments","deployments/scale"],"verbs":["get","patch"]}]},
 {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"discovery"},"rules":[{"nonResourceURLs":["/healthz","/api/*"],"verbs":["get"]}]},
 {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"all-view"},"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"example.org/aggregate-to-view":"true"}}]},"rules":[]},
 {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"view-jobs","labels":{"example.org/aggregate-to-view":"true"}},"rules":[{"apiGroups":["batch"],"resources":["jobs"],"verbs":["get"]}]},
 {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"Role","metadata":{"name":"one-config","namespace":"prod"},"rules":[{"apiGroups":[""],"resources":["configmaps"],"resourceNames":["flags"],"verbs":["update"]}]},
 {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"b1"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"discovery"},"subjects":[{"kind":"Group","apiGroup":"rbac.authorization.k8s.io","name":"system:authenticated"}]},
 {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"b2"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"all-view"},"subjects":[{"kind":"Group","name":"system:serviceaccounts:tools"}]},
 {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"b3","namespace":"prod"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"edit"},"subjects":[{"kind":"ServiceAccount","name":"bot","namespace":"tools"},{"kind":"User","name":"ada@example.org"}]},
 {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"b4","namespace":"prod"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"one-config"},"subjects":[{"kind":"ServiceAccount","name":"bot","namespace":"tools"}]},
 {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"b5"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"cluster-admin"},"subjects":[{"kind":"Group","name":"platform"}]}
]}"#;

#[test]
fn rbac_answers_by_verb_resource_namespace_and_name() {
    let Given { case, report, .. } = given(&[export("rbac.json", RBAC)], &[]);
    assert_eq!((report.files[0].format.as_str(), report.files[0].kept), ("kubernetes_rbac", 11));
    let bot = "system:serviceaccount:tools:bot";
    for (verb, resource, answer) in [
        ("get", "pods/prod/web", "yes"),
        ("list", "pods/prod", "yes"),
        ("list", "pods", "no"),
        ("get", "pods/dev/web", "no"),
        ("get", "pods/exec/prod/web", "no"),
        ("get", "nodes/prod", "no"),
        ("patch", "apps/deployments/prod/web", "yes"),
        ("patch", "apps/deployments/scale/prod/web", "yes"),
        ("patch", "apps/deployments/status/prod/web", "no"),
        ("patch", "deployments/prod/web", "no"),
        ("update", "configmaps/prod/flags", "yes"),
        ("update", "configmaps/prod/other", "no"),
        ("update", "configmaps/dev/flags", "no"),
        ("get", "batch/jobs/dev/nightly", "yes"),
        ("get", "/healthz", "yes"),
        ("get", "/api/v1", "yes"),
        ("get", "/metrics", "no"),
        ("create", "pods/prod/web", "unanswerable"),
        ("get", "core/v1/namespaces/prod/pods/web", "yes"),
        ("get", "core/v1/namespaces/dev/pods/web", "no"),
    ] {
        let said = ask(&case, bot, verb, resource);
        assert_eq!(said.answer, answer, "{verb} {resource}: {:?}", said.because);
    }
    // A person may be in a group that is bound to everything, and nothing says who is.
    let ada = ask(&case, "ada@example.org", "get", "pods/dev/web");
    assert_eq!(
        (ada.answer.as_str(), ada.because[0].as_str()),
        ("unanswerable", "who belongs to k8s-group:platform is in no export")
    );
    assert_eq!(ask(&case, "ada@example.org", "get", "pods/prod/web").answer, "yes");
    assert_eq!(ask(&case, "ada@example.org", "s3:GetObject", "arn:aws:s3:::b/k").answer, "unanswerable");

    let members = "member,group,valid_from,valid_to\nzoe@example.org,k8s-group:platform,2026-01-01,\n";
    let Given { case, .. } = given(&[export("rbac.json", RBAC), export("memberships.csv", members)], &[]);
    assert_eq!(ask(&case, "ada@example.org", "get", "pods/dev/web").answer, "no");
    assert_eq!(ask(&case, "zoe@example.org", "delete", "example.org/widgets/w1").answer, "yes");
    let admins = administrators(&case, Time::parse(AT)).unwrap();
    assert_eq!(admins.iter().map(|a| a.principal.as_str()).collect::<Vec<_>>(), ["zoe@example.org"]);
    let before = administrators(&case, Time::parse("2025-12-31T00:00:00Z")).unwrap();
    assert!(before.is_empty(), "{before:?}");
}

const BOOKINGS: &str = r#"{"RES1":{"user_id":"ada-1","seats":2},"RES2":{"user_id":"bo-2","seats":1},"RES3":{"user_id":"ada-1","seats":1}}"#;

const BOOKINGS_MAPPING: &str = r#"
name = "bookings"
records = "members"
kind = "ownership"
detect = ["/user_id", "/seats"]
[fields]
resource = "/$key"
owner = "/user_id"
"#;

#[test]
fn whose_a_booking_is_comes_out_of_the_systems_own_table() {
    let directory = "id,email,name,type,status,start,end,department,aliases\n\
        ada-1,ada@example.org,Ada,person,,,,,\nbo-2,bo@example.org,Bo,person,,,,,\n";
    let rights = "principal,action,resource,effect,condition,valid_from,valid_to\n*,cancel,*,allow,owner=self,,\nada@example.org,cancel,*,allow,owner=self,,\n";
    let exports = [
        export("bookings.json", BOOKINGS),
        export("directory.csv", directory),
        export("entitlements.csv", rights),
        export(
            "ownership.csv",
            "resource,owner,valid_from,valid_to\nRES4,bo@example.org,,2026-03-01\nRES4,ada@example.org,2026-03-01,\n",
        ),
    ];
    let Given { case, report, .. } = given(&exports, &[BOOKINGS_MAPPING]);
    let formats: BTreeMap<String, u64> = report.files.iter().map(|f| (f.format.clone(), f.kept)).collect();
    assert_eq!((formats["mapping:bookings"], formats["ownership"]), (3, 2));
    let answers = |user: &str| ["RES1", "RES2", "RES4", "RES9"].map(|r| ask(&case, user, "cancel", r).answer);
    assert_eq!(answers("ada@example.org"), ["yes", "no", "yes", "unanswerable"]);
    assert_eq!(answers("bo@example.org")[1], "yes");
    let contradicted = ask_with(&case, "ada@example.org", "cancel", "RES1", &[("owner", "bo-2")]);
    assert_eq!(contradicted.answer, "unanswerable");
}

#[test]
fn the_order_of_files_and_threads_do_not_matter() {
    let rights = "principal,action,resource,effect,condition,valid_from,valid_to\ndesk,refund,*,allow,,,\nada@example.org,refund,order/1,deny,,,\n";
    let members = "member,group\nada@example.org,desk\nbo@example.org,desk\n";
    let mut exports =
        vec![export("entitlements.csv", rights), export("memberships.csv", members), export("rbac.json", RBAC), iam()];
    let told = |exports: &[Export], threads| {
        let Given { case, .. } = given_on(exports, &[], threads);
        let what = What { service: None, action: "refund", resource: "order/2", at: Time::parse(AT), with: &[] };
        serde_json::to_string(&(
            who_can(&case, what).unwrap(),
            ask(&case, "ada@example.org", "refund", "order/1").because,
        ))
        .unwrap()
    };
    let one = told(&exports, 1);
    exports.reverse();
    assert_eq!(one, told(&exports, 4));
    assert!(one.contains("denied refund on order/1"), "{one}");
}
