//! Was X allowed: a table of questions over small exports, with the answer that each must have and what it must say.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test of the whole corridor: helpers are outside of #[test]"
)]

#[path = "fixtures/desk.rs"]
mod desk;
mod fixtures;

use std::path::{Path, PathBuf};

use behalf_engine::ask::authorized::{Asked, Authorized, BasisAnswer, Beside, authorized, authorized_beside};
use behalf_engine::case::Case;
use behalf_engine::model::Time;
use desk::*;
use fixtures::{Export, given, import};

fn export(name: &str, text: impl Into<String>) -> Export {
    Export { name: name.into(), bytes: text.into().into_bytes() }
}

fn asked(user: &str, action: &str, resource: &str, at: &str, with: &str) -> Asked {
    let with = with.split_whitespace().map(|p| p.split_once('=').unwrap()).map(|(n, v)| (n.into(), v.into())).collect();
    Asked { user: user.into(), action: action.into(), resource: resource.into(), at: Time::parse(at).unwrap(), with }
}

fn basis<'a>(a: &'a Authorized, name: &str) -> &'a BasisAnswer {
    a.bases.iter().find(|b| b.basis == name).unwrap()
}

/// User, action, resource, time (a day of March 2026, or a whole one), attributes; the answer, and words of a reason or of what
/// is missing.
type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

fn hold(case: &Case, service: Option<&str>, rows: &[Row]) -> usize {
    for (user, action, resource, at, with, answer, words) in rows {
        let at = if at.len() == 2 { format!("2026-03-{at}T10:00:00Z") } else { at.to_string() };
        let question = asked(user, action, resource, &at, with);
        let said = authorized_beside(case, &question, Beside { agent: None, service }).unwrap();
        assert_eq!(said.answer, *answer, "{user} {action} {resource} {at} {with}: {said:#?}");
        let told = [said.because.clone(), said.missing.clone(), said.not_in_evidence.clone()].concat();
        assert!(told.iter().any(|t| t.contains(words)), "{user} {action} {resource} {at}: no `{words}` in {told:#?}");
        let person = basis(&said, "person");
        match answer {
            // Whoever says unanswerable says what would answer.
            &"unanswerable" => assert!(!person.missing.is_empty(), "{person:#?}"),
            &"yes" => {
                let record = &person.records[0];
                assert!(record.kind == "grant" && record.place.contains("bytes"), "{record:?}");
                assert!(record.words.starts_with("granted "), "{record:?}");
            }
            _ => assert!(person.missing.is_empty()),
        }
    }
    rows.len()
}

const DIRECTORY: &str = "id,email,name,type,status,start,end,department,aliases
E1,ada@example.org,Ada,person,active,,,,
E2,bo@example.org,Bo,person,active,,,,
E3,cy@example.org,Cy,person,active,,,,
E4,di@example.org,Di,person,active,,,,
helper,,helper,agent,active,,,,
";

const RIGHTS: &str = "principal,service,action,resource,effect,condition,valid_from,valid_to
ada@example.org,,refund.create,order/*,allow,amount<=50,,
ada@example.org,,doc.read,*,allow,,2026-03-02T10:00:00Z,2026-03-09T10:00:00Z
ada@example.org,,order.read,*,allow,,2026-03-02T10:00:00Z,2026-03-09T10:00:00Z
ada@example.org,,order.read,order/secret,deny,,,
ada@example.org,payments,invoice.read,*,allow,,,
ada@example.org,*,ledger.read,*,allow,,,
ada@example.org,,note.*,note/*,allow,,,
ada@example.org,,case.close,*,allow,owner=self,,
ada@example.org,,transfer.make,*,allow,amount<=100 EUR,,
ada@example.org,,mail.send,*,allow,region=eu and amount<=10,,
ada@example.org,,odd.act,*,allow,when it rains,,
bo@example.org,,refund.create,order/7,allow,,,
bo@example.org,,refund.create,*,deny,amount>500,,
bo@example.org,,ORDER.Read,order/1,allow,,,
cy@example.org,,*,*,allow,,,2026-03-05
cy@example.org,,audit.read,*,deny,,,
*,,help.read,*,allow,,,
*,,shop.close,*,deny,,,
E4,,refund.create,order/9,allow,,,
helper,,refund.create,order/*,allow,,,
";

const OWNERS: &str = "resource,owner,valid_from,valid_to
case/1,ada@example.org,,
case/2,bo@example.org,,
case/3,ada@example.org,,2026-03-03
case/3,bo@example.org,2026-03-03,
";

const PLAIN: &[Row] = &[
    // Conditions: met, broken, not to be told, not understood.
    ("ada@example.org", "refund.create", "order/7", "03", "amount=40", "yes", "granted refund.create on order/*"),
    ("ada@example.org", "refund.create", "order/7", "03", "amount=50", "yes", "entitlement record"),
    (
        "ada@example.org",
        "refund.create",
        "order/7",
        "03",
        "amount=50.01",
        "no",
        "no matching grant in the export received",
    ),
    ("ada@example.org", "refund.create", "order/7", "03", "", "unanswerable", "the value of amount at that time"),
    ("ada@example.org", "transfer.make", "x", "03", "amount=40", "unanswerable", "the currency of amount"),
    ("ada@example.org", "transfer.make", "x", "03", "amount=40 currency=EUR", "yes", "granted transfer.make"),
    ("ada@example.org", "transfer.make", "x", "03", "amount=400 currency=EUR", "no", "no matching grant"),
    ("ada@example.org", "mail.send", "x", "03", "region=us", "no", "no matching grant"),
    ("ada@example.org", "mail.send", "x", "03", "region=eu", "unanswerable", "the value of amount"),
    ("ada@example.org", "mail.send", "x", "03", "region=EU amount=10", "yes", "granted"),
    ("ada@example.org", "odd.act", "x", "03", "", "unanswerable", "whether the condition when it rains held"),
    // Validity is half open, to the microsecond.
    (
        "ada@example.org",
        "doc.read",
        "doc/1",
        "2026-03-02T09:59:59.999999Z",
        "",
        "unanswerable",
        "does not name this principal",
    ),
    ("ada@example.org", "doc.read", "doc/1", "2026-03-02T10:00:00Z", "", "yes", "granted doc.read"),
    ("ada@example.org", "doc.read", "doc/1", "2026-03-09T09:59:59.999999Z", "", "yes", "granted doc.read"),
    ("ada@example.org", "doc.read", "doc/1", "2026-03-09T10:00:00Z", "", "unanswerable", "as of 2026-03-09T10:00:00"),
    // A deny wins, also over everything.
    ("ada@example.org", "order.read", "order/1", "03", "", "yes", "granted order.read on *"),
    // A deny names the person for the action, whatever it denies it on.
    ("ada@example.org", "order.read", "order/1", "01", "", "no", "which names this principal for this action"),
    ("ada@example.org", "order.read", "order/secret", "03", "", "no", "denied order.read on order/secret"),
    ("bo@example.org", "refund.create", "order/7", "03", "amount=40", "yes", "granted refund.create on order/7"),
    ("bo@example.org", "refund.create", "order/7", "03", "amount=501", "no", "denied refund.create on *"),
    ("bo@example.org", "refund.create", "order/7", "03", "", "unanswerable", "the value of amount"),
    ("bo@example.org", "refund.create", "order/8", "03", "amount=5", "no", "no matching grant"),
    ("cy@example.org", "audit.read", "log/1", "03", "", "no", "denied audit.read"),
    ("cy@example.org", "anything.at.all", "x/y/z", "03", "", "yes", "granted * on *"),
    ("cy@example.org", "anything.at.all", "x", "05", "", "unanswerable", "does not name this principal"),
    ("cy@example.org", "shop.close", "x", "03", "", "no", "denied shop.close on * to *"),
    // Wildcards match slashes and nothing; actions fold their case, resources do not.
    ("ada@example.org", "note.append", "note/a/b/c", "03", "", "yes", "granted note.*"),
    ("ada@example.org", "note.append", "notes/1", "03", "", "no", "no matching grant"),
    ("ada@example.org", "note.append", "note/", "03", "", "yes", "granted note.*"),
    ("bo@example.org", "order.read", "order/1", "03", "", "yes", "granted ORDER.Read"),
    ("bo@example.org", "order.read", "Order/1", "03", "", "no", "no matching grant"),
    // Everyone, a directory id, nobody.
    ("di@example.org", "help.read", "page/1", "03", "", "yes", "granted help.read on * to *"),
    ("di@example.org", "refund.create", "order/9", "03", "", "yes", "granted refund.create on order/9 to E4"),
    ("E4", "refund.create", "order/9", "03", "", "yes", "granted refund.create on order/9 to E4"),
    (
        "di@example.org",
        "note.append",
        "note/1",
        "03",
        "",
        "unanswerable",
        "the rights of di@example.org for note.append",
    ),
    ("zed@example.org", "refund.create", "order/7", "03", "", "unanswerable", "a directory row, or an alias, for zed"),
    // Whose it is, then.
    ("ada@example.org", "case.close", "case/1", "03", "", "yes", "granted case.close"),
    ("ada@example.org", "case.close", "case/2", "03", "", "no", "no matching grant"),
    ("ada@example.org", "case.close", "case/3", "02", "", "yes", "granted case.close"),
    ("ada@example.org", "case.close", "case/3", "03", "", "no", "no matching grant"),
    ("ada@example.org", "case.close", "case/9", "03", "", "unanswerable", "who owned case/9"),
    ("ada@example.org", "case.close", "case/2", "03", "owner=ada@example.org", "unanswerable", "who owned case/2"),
    // Services.
    ("ada@example.org", "invoice.read", "inv/1", "03", "", "yes", "granted invoice.read"),
    ("ada@example.org", "ledger.read", "led/1", "03", "", "yes", "granted ledger.read"),
];

#[test]
fn a_table_of_plain_rights() {
    let exports =
        [export("directory.csv", DIRECTORY), export("entitlements.csv", RIGHTS), export("ownership.csv", OWNERS)];
    let case = given(&exports, &[]).case;
    assert!(hold(&case, None, PLAIN) >= 40);
    let of = |service, rows: &[Row]| hold(&case, Some(service), rows);
    of("payments", &[("ada@example.org", "invoice.read", "inv/1", "03", "", "yes", "granted invoice.read")]);
    of(
        "payments.example.org",
        &[("ada@example.org", "invoice.read", "inv/1", "03", "", "yes", "granted invoice.read")],
    );
    of(
        "notes",
        &[("ada@example.org", "invoice.read", "inv/1", "03", "", "unanswerable", "the rights of ada@example.org")],
    );
    of("anything", &[("ada@example.org", "ledger.read", "led/1", "03", "", "yes", "granted ledger.read")]);

    // Of nothing at all nothing is answered, and it is said which export would.
    let none = given(&[export("directory.csv", DIRECTORY)], &[]).case;
    hold(
        &none,
        None,
        &[("ada@example.org", "a", "b", "03", "", "unanswerable", "an export of rights of the system that serves a")],
    );
}

const GROUPED: &str = "principal,action,resource,effect,condition,valid_from,valid_to
desk,refund.create,order/*,allow,,,
chiefs,refund.approve,*,allow,,,
trainees,refund.create,order/9,deny,,,
";

const MEMBERS: &str = "member,group,condition,valid_from,valid_to
ada@example.org,tellers,,2026-03-02,2026-03-10
tellers,desk,,,2026-03-08
desk,everybody,,,
everybody,desk,,,
bo@example.org,desk,shift=day,,
cy@example.org,trainees,,,
cy@example.org,desk,,,
di@example.org,chiefs,,2026-03-05,
";

#[test]
fn a_table_of_groups() {
    let exports = |rights: &str, members: &str| {
        [export("directory.csv", DIRECTORY), export("entitlements.csv", rights), export("memberships.csv", members)]
    };
    let case = given(&exports(GROUPED, MEMBERS), &[]).case;
    hold(
        &case,
        None,
        &[
            // Through two groups, each edge with its own dates; a cycle of groups does no harm.
            ("ada@example.org", "refund.create", "order/1", "03", "", "yes", "reached through"),
            ("ada@example.org", "refund.create", "order/1", "01", "", "unanswerable", "does not name this principal"),
            ("ada@example.org", "refund.create", "order/1", "2026-03-02T00:00:00Z", "", "yes", "membership record"),
            ("ada@example.org", "refund.create", "order/1", "2026-03-07T23:59:59Z", "", "yes", "reached through"),
            (
                "ada@example.org",
                "refund.create",
                "order/1",
                "2026-03-08T00:00:00Z",
                "",
                "unanswerable",
                "does not name",
            ),
            ("ada@example.org", "refund.create", "invoice/1", "03", "", "no", "no matching grant"),
            // A membership under a condition.
            ("bo@example.org", "refund.create", "order/1", "03", "shift=day", "yes", "granted refund.create"),
            ("bo@example.org", "refund.create", "order/1", "03", "shift=night", "no", "no matching grant"),
            ("bo@example.org", "refund.create", "order/1", "03", "", "unanswerable", "the value of shift"),
            // A deny of one group wins over the grant of another.
            ("cy@example.org", "refund.create", "order/1", "03", "", "yes", "granted refund.create"),
            (
                "cy@example.org",
                "refund.create",
                "order/9",
                "03",
                "",
                "no",
                "denied refund.create on order/9 to trainees",
            ),
            ("di@example.org", "refund.approve", "order/1", "04", "", "unanswerable", "does not name"),
            ("di@example.org", "refund.approve", "order/1", "05", "", "yes", "granted refund.approve"),
        ],
    );
    // A group of which nothing says who is in it may hold whoever is asked about.
    let hidden =
        GROUPED.to_string() + "cabal,refund.create,*,allow,,,\nada@example.org,refund.create,order/1,allow,,,\n";
    let case = given(&exports(&hidden, MEMBERS), &[]).case;
    hold(
        &case,
        None,
        &[
            (
                "ada@example.org",
                "refund.create",
                "invoice/1",
                "03",
                "",
                "unanswerable",
                "the members of cabal as of 2026-03-03",
            ),
            ("ada@example.org", "refund.create", "order/1", "03", "", "yes", "granted refund.create"),
        ],
    );
}

const IAM: &str = r#"{"UserDetailList":[
 {"UserName":"ada","UserId":"AIDA1","Arn":"arn:aws:iam::111122223333:user/ada","GroupList":["readers"],"AttachedManagedPolicies":[],
  "PermissionsBoundary":{"PermissionsBoundaryType":"Policy","PermissionsBoundaryArn":"arn:aws:iam::111122223333:policy/edge"}},
 {"UserName":"bo","UserId":"AIDA2","Arn":"arn:aws:iam::111122223333:user/bo","GroupList":[],"AttachedManagedPolicies":[],
  "UserPolicyList":[{"PolicyName":"most","PolicyDocument":{"Statement":[{"Effect":"Allow","NotAction":["iam:*","kms:Decrypt"],"Resource":"*"},{"Effect":"Deny","Action":"s3:*","NotResource":["arn:aws:s3:::open","arn:aws:s3:::open/*"]}]}}]},
 {"UserName":"cy","UserId":"AIDA3","Arn":"arn:aws:iam::111122223333:user/cy","GroupList":[],"AttachedManagedPolicies":[],
  "UserPolicyList":[{"PolicyName":"own","PolicyDocument":{"Statement":[{"Effect":"Allow","Action":"s3:GetObject","Resource":"arn:aws:s3:::homes/${aws:username}/*"},{"Effect":"Allow","Action":"s3:PutObject","Resource":"arn:aws:s3:::tags/${aws:PrincipalTag/team}/*"},{"Effect":"Allow","Action":"sqs:SendMessage","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}]}}]}],
 "GroupDetailList":[{"GroupName":"readers","GroupId":"AGPA1","Arn":"arn:aws:iam::111122223333:group/readers","GroupPolicyList":[{"PolicyName":"read","PolicyDocument":{"Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:PutObject"],"Resource":"arn:aws:s3:::*"}]}}],"AttachedManagedPolicies":[]}],
 "RoleDetailList":[],
 "Policies":[{"PolicyName":"edge","PolicyId":"ANPA1","Arn":"arn:aws:iam::111122223333:policy/edge","DefaultVersionId":"v1","PolicyVersionList":[{"VersionId":"v1","IsDefaultVersion":true,"Document":{"Statement":[{"Effect":"Allow","Action":"s3:Get*","Resource":"*"}]}}]}]}"#;

#[test]
fn a_table_of_iam() {
    let case = given(&[export("iam.json", IAM)], &[]).case;
    const ADA: &str = "arn:aws:iam::111122223333:user/ada";
    const BO: &str = "arn:aws:iam::111122223333:user/bo";
    const CY: &str = "arn:aws:iam::111122223333:user/cy";
    hold(
        &case,
        None,
        &[
            // A boundary bounds what a group gives; what organizations take away is not in evidence, and said.
            (ADA, "s3:GetObject", "arn:aws:s3:::b/k", "03", "", "yes", "service control policies"),
            (ADA, "s3:PutObject", "arn:aws:s3:::b/k", "03", "", "no", "policy/edge, which bounds these rights"),
            (ADA, "s3:PutObject", "arn:aws:s3:::b/k", "03", "", "no", "policies on the resource itself"),
            // CloudTrail's word for an action that needs another's permission.
            (ADA, "s3:HeadObject", "arn:aws:s3:::b/k", "03", "", "yes", "granted s3:Get*"),
            // NotAction is everything but, NotResource everywhere but.
            (BO, "ec2:StopInstances", "arn:aws:ec2:eu-west-1:111122223333:instance/i-1", "03", "", "yes", "granted *"),
            (BO, "iam:CreateUser", "arn:aws:iam::111122223333:user/new", "03", "", "unanswerable", "the rights of"),
            (BO, "kms:Decrypt", "arn:aws:kms:eu-west-1:111122223333:key/1", "03", "", "unanswerable", "the rights of"),
            (BO, "s3:GetObject", "arn:aws:s3:::open/k", "03", "", "yes", "granted *"),
            (BO, "s3:GetObject", "arn:aws:s3:::shut/k", "03", "", "no", "denied s3:*"),
            // Variables: the user's name is known, a tag is not; a condition that no call carries leaves it open.
            (CY, "s3:GetObject", "arn:aws:s3:::homes/cy/k", "03", "", "yes", "granted s3:GetObject"),
            (CY, "s3:GetObject", "arn:aws:s3:::homes/ada/k", "03", "", "no", "no matching grant"),
            (CY, "s3:PutObject", "arn:aws:s3:::tags/red/k", "03", "", "unanswerable", "stood for when"),
            (
                CY,
                "sqs:SendMessage",
                "arn:aws:sqs:eu-west-1:111122223333:q",
                "03",
                "",
                "unanswerable",
                "the value of aws:MultiFactorAuthPresent",
            ),
            (CY, "s3:GetObject", "homes/cy/k", "03", "", "unanswerable", "the ARN of homes/cy/k"),
        ],
    );
    let said =
        authorized(&case, &asked(BO, "ec2:StopInstances", "arn:aws:ec2:::instance/i", "2026-03-03T10:00:00Z", ""));
    let words = &basis(&said.unwrap(), "person").records[0].words.clone();
    assert!(words.contains("but for the actions iam:*, kms:Decrypt"), "{words}");
}

const RBAC: &str = r#"{"apiVersion":"v1","kind":"List","items":[
 {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"all-view"},"aggregationRule":{"clusterRoleSelectors":[{"matchLabels":{"example.org/aggregate-to-view":"true"}}]},"rules":[]},
 {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"view-jobs","labels":{"example.org/aggregate-to-view":"true"}},"rules":[{"apiGroups":["batch"],"resources":["jobs"],"verbs":["get"]}]},
 {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRole","metadata":{"name":"hidden-jobs","labels":{"example.org/aggregate-to-view":"false"}},"rules":[{"apiGroups":["batch"],"resources":["cronjobs"],"verbs":["get"]}]},
 {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"ClusterRoleBinding","metadata":{"name":"b1"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"all-view"},"subjects":[{"kind":"User","name":"ada@example.org"}]},
 {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"b2","namespace":"prod"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"view-jobs"},"subjects":[{"kind":"User","name":"bo@example.org"}]},
 {"apiVersion":"rbac.authorization.k8s.io/v1","kind":"RoleBinding","metadata":{"name":"b3","namespace":"prod"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"unseen"},"subjects":[{"kind":"User","name":"cy@example.org"}]}
]}"#;

#[test]
fn a_table_of_rbac() {
    let case = given(&[export("rbac.json", RBAC)], &[]).case;
    hold(
        &case,
        None,
        &[
            // What an aggregated role has it has through the roles that carry its label.
            ("ada@example.org", "get", "batch/jobs/dev/nightly", "03", "", "yes", "k8s:ClusterRole/all-view"),
            ("ada@example.org", "get", "batch/cronjobs/dev/nightly", "03", "", "no", "no matching grant"),
            ("ada@example.org", "delete", "batch/jobs/dev/nightly", "03", "", "unanswerable", "the rights of"),
            ("bo@example.org", "get", "batch/jobs/prod/nightly", "03", "", "yes", "granted get"),
            ("bo@example.org", "get", "batch/jobs/dev/nightly", "03", "", "no", "no matching grant"),
            // A role that a binding names and no export holds.
            (
                "cy@example.org",
                "get",
                "batch/jobs/prod/nightly",
                "03",
                "",
                "unanswerable",
                "the text of k8s:Role/prod/unseen",
            ),
        ],
    );
}

#[test]
fn the_three_bases_stand_beside_each_other() {
    let rights = "principal,action,resource,effect,condition,valid_from,valid_to\n\
        ada@fern.example,refund.create,order/1,allow,,,\nhelper,refund.create,order/*,allow,,,2026-03-05\n";
    let judge = r#"{"t":"2026-03-02T10:00:00Z","id":"j1","do":"create","on":"order:7","who":["bo@fern.example"],"verdict":"d","by":"pdp"}
{"t":"2026-03-02T10:01:00Z","id":"j2","do":"create","on":"order:8","who":["bo@fern.example"],"verdict":"a","by":"pdp"}
"#;
    let calls = [
        call("c1", "02T10:00:00").with("on", "order/9").with("dec", "a").with("who", "helper"),
        call("c2", "02T12:00:00").with("for", "bo@fern.example").with("on", "order/5"),
    ];
    let case = world(&calls, &[("entitlements.csv", rights), ("judge.ndjson", judge)]).case;
    let ask = |user: &str, resource: &str, at: &str, agent: Option<&str>| {
        let question = asked(user, "refund.create", resource, &format!("2026-03-{at}Z"), "");
        authorized_beside(&case, &question, Beside { agent, service: None }).unwrap()
    };
    // A call on record: its agent and its decision are taken.
    let said = ask("ada@fern.example", "order/9", "02T10:00:30", None);
    assert_eq!((said.answer.as_str(), said.together.as_deref()), ("no", Some("agent_only")));
    assert_eq!(
        (said.bases.len(), basis(&said, "agent").whose.as_str(), basis(&said, "agent").answer.as_str()),
        (3, "helper", "yes")
    );
    let decision = basis(&said, "decision");
    assert_eq!(
        (decision.answer.as_str(), decision.whose.as_str(), decision.records[0].record.as_str()),
        ("yes", "helper", "c1")
    );
    assert!(basis(&said, "agent").records[0].words.contains("until 2026-03-05T00:00:00"), "{said:#?}");
    // An agent that the question names.
    let said = ask("ada@fern.example", "order/1", "04T10:00:00", Some("helper"));
    assert_eq!((said.answer.as_str(), said.together.as_deref()), ("yes", Some("both")));
    let said = ask("ada@fern.example", "order/1", "06T10:00:00", Some("helper"));
    assert_eq!((said.agent.unwrap().answer.as_str(), said.together.as_deref()), ("unanswerable", Some("unanswerable")));
    let said = ask("ada@fern.example", "order/2", "04T10:00:00", None);
    assert_eq!((said.together, said.agent, said.bases.len()), (None, None, 2));
    // Where the exports of rights are silent, a decision log on the person alone answers.
    let said = ask("bo@fern.example", "order/7", "02T10:02:00", None);
    assert_eq!(
        (said.answer.as_str(), said.because[0].as_str()),
        ("no", "decision j1 denied it, on the rights of bo@fern.example")
    );
    assert_eq!(basis(&said, "person").answer, "unanswerable", "which the exports of rights do not");
    assert_eq!(ask("bo@fern.example", "order/8", "02T10:02:00", None).answer, "yes");
    assert_eq!(ask("bo@fern.example", "order/7", "02T10:20:00", None).answer, "unanswerable", "as of another time");
    let said = ask("bo@fern.example", "order/6", "02T10:00:00", None);
    assert!(
        basis(&said, "decision").missing[0].starts_with("the decision log of the system that decides on refund.create")
    );
}

fn beside(part: &str) -> Option<PathBuf> {
    let found =
        Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join("shared").join(part)).find(|p| p.is_dir());
    if found.is_none() {
        println!("skipped: no {part} beside the repository");
    }
    found
}

fn rows(path: &Path) -> Vec<std::collections::BTreeMap<String, String>> {
    csv::Reader::from_path(path).unwrap().deserialize().map(Result::unwrap).collect()
}

/// Every assertion of the real stores, asked back: the effect is the expected one wherever the assertions about one question agree,
/// and never becomes the answer as of a time.
#[test]
fn assertions_of_real_stores_are_answered_as_expected() {
    let Some(folder) = beside("realdata/openfga_sample_stores") else { return };
    let checks = rows(&folder.join("expected_checks.csv"));
    let (mut right, mut open) = (0, 0);
    let mut stores: Vec<&str> = checks.iter().map(|c| c["store"].as_str()).collect();
    stores.dedup();
    for store in stores {
        let mut case = Case::in_memory().unwrap();
        import(&mut case, &[folder.join(store)], &[], 1);
        behalf_engine::analysis::analyze(&case, &()).unwrap();
        for check in checks.iter().filter(|c| c["store"] == store) {
            let alone = check["user"].rsplit(':').next().unwrap().to_string();
            let named = [alone, format!("openfga:{}", check["user"])];
            let said = named.iter().map(|user| {
                authorized(&case, &asked(user, &check["relation"], &check["object"], "2026-03-03T10:00:00Z", ""))
                    .unwrap()
            });
            let Some(said) = said.into_iter().find(|s| s.decision.is_some()) else { panic!("{check:?}") };
            let decision = basis(&said, "decision");
            assert!(decision.because.iter().any(|b| b.contains("no decision that was made") || b.contains("differ")));
            match said.decision.unwrap().effect.as_deref() {
                Some(effect) => {
                    assert_eq!(effect == "allow", check["allowed"] == "True", "{check:?}");
                    right += 1;
                }
                // Under other tuples or another context the same question is answered otherwise.
                None => open += 1,
            }
        }
    }
    println!("{right} as expected, {open} asked under several contexts with different outcomes");
    assert_eq!(right + open, 179);
    assert!(right >= 140, "{right}");
}

/// Names that differ in nothing but capitals are two, and neither is answered for the other.
#[test]
fn a_name_in_other_capitals_is_another() {
    let rights = "principal,action,resource,effect\nalice,read,*,allow\nAlice,read,*,deny\nAlice,write,*,allow\n";
    let judge = ["alice", "Alice"].map(|who| {
        format!(r#"{{"t":"2026-03-02T10:00:00Z","id":"j-{who}","do":"read","on":"d/1","who":["{who}"],"verdict":"a","by":"pdp"}}"#)
    });
    let case =
        world(&[call("c1", "02T10:00:00")], &[("entitlements.csv", rights), ("judge.ndjson", &judge.join("\n"))]).case;
    let ask = |user: &str| authorized(&case, &asked(user, "read", "d/1", "2026-03-03T10:00:00Z", "")).unwrap();
    assert_eq!((ask("alice").answer.as_str(), ask("Alice").answer.as_str()), ("yes", "no"));
    assert_eq!(ask("ALICE").answer, "unanswerable");
}

#[test]
fn real_cedar_decisions_are_answered_as_expected() {
    let (Some(folder), Some(samples)) = (beside("realdata/cedar_examples"), beside("samples/cedar")) else { return };
    let mut case = Case::in_memory().unwrap();
    import(&mut case, &[samples.join("requests_with_expected_decision.derived.ndjson")], &[], 1);
    behalf_engine::analysis::analyze(&case, &()).unwrap();
    let last = |text: &str| text.rsplit("::").next().unwrap().trim_matches('"').to_string();
    let (mut right, mut open) = (0, 0);
    for row in rows(&folder.join("expected_decisions.csv")) {
        let users = [last(&row["principal"]), format!("cedar:{}", row["principal"])];
        let said = users.iter().map(|user| {
            let question = asked(user, &last(&row["action"]), &row["resource"], "2026-03-03T10:00:00Z", "");
            authorized(&case, &question).unwrap()
        });
        let Some(said) = said.into_iter().find(|s| s.decision.is_some()) else { panic!("{row:?}") };
        match said.decision.unwrap().effect.as_deref() {
            Some(effect) => {
                assert_eq!(format!("{}", if effect == "allow" { "ALLOW" } else { "DENY" }), row["decision"], "{row:?}");
                right += 1;
            }
            None => open += 1,
        }
    }
    println!("{right} as expected, {open} asked under several contexts with different outcomes");
    assert_eq!(right + open, 29);
    assert!(right >= 20, "{right}");
}
