use super::super::{registry, understand_chunk};
use super::*;
use crate::model::{Effect, Entitlement, LossCode, Time};
use crate::read::Form;

fn page_of(users: &str, groups: &str, roles: &str, policies: &str) -> String {
    format!(
        r#"{{"UserDetailList":[{users}],"GroupDetailList":[{groups}],"RoleDetailList":[{roles}],"Policies":[{policies}]}}"#
    )
}

fn entries_of(text: &str) -> Vec<Entry> {
    match understand_chunk(SOURCE, &Form::Objects, text.as_bytes(), &Hints::none()).remove(0).2 {
        Ok(Understood::Entries(entries)) => entries,
        other => panic!("{other:?}"),
    }
}

fn rights(entries: &[Entry]) -> Vec<&Entitlement> {
    entries.iter().filter_map(|e| if let Entry::Entitlement(e) = e { Some(e) } else { None }).collect()
}

/// member, reach, holder, condition; without what says only that the entry is listed.
fn edges(entries: &[Entry]) -> Vec<(&str, &str, &str, &str)> {
    entries
        .iter()
        .filter_map(|e| match e {
            Entry::Membership(m) if m.member != m.holder => {
                Some((m.member.as_str(), m.reach.word(), m.holder.as_str(), m.condition.as_str()))
            }
            _ => None,
        })
        .collect()
}

const USER: &str = r#"{"Path":"/eu/","UserName":"ada","UserId":"AIDA1","Arn":"arn:aws:iam::123456789012:user/eu/ada","GroupList":["desk"],
  "UserPolicyList":[{"PolicyName":"own","PolicyDocument":{"Version":"2012-10-17","Statement":{"Effect":"Deny","NotAction":"iam:*","NotResource":["arn:aws:s3:::a","arn:aws:s3:::a/*"]}}}],
  "AttachedManagedPolicies":[{"PolicyName":"ReadOnlyAccess","PolicyArn":"arn:aws:iam::aws:policy/ReadOnlyAccess"}],
  "PermissionsBoundary":{"PermissionsBoundaryType":"Policy","PermissionsBoundaryArn":"arn:aws:iam::123456789012:policy/Edge"}}"#;

#[test]
fn a_user_reaches_groups_and_policies_within_its_boundary() {
    let entries = entries_of(USER);
    let user = "arn:aws:iam::123456789012:user/eu/ada";
    assert_eq!(
        edges(&entries),
        [
            (user, "has", "arn:aws:iam::123456789012:group/desk", ""),
            (user, "has", "arn:aws:iam::aws:policy/ReadOnlyAccess", ""),
            (user, "at_most", "arn:aws:iam::123456789012:policy/Edge", ""),
        ]
    );
    let denied = rights(&entries)[0];
    assert_eq!((denied.effect, denied.action.as_str(), denied.resource.as_str()), (Effect::Deny, "*:*", "*"));
    assert_eq!(
        (denied.except_actions.clone(), denied.except_resources.len(), denied.principal.as_str()),
        (vec!["iam:*".to_string()], 2, user)
    );
    assert_eq!(denied.service.as_deref(), Some(SERVICES));
}

#[test]
fn a_group_is_one_whatever_its_path() {
    let group = r#"{"Path":"/eu/","GroupName":"desk","GroupId":"AGPA1","Arn":"arn:aws:iam::123456789012:group/eu/desk","GroupPolicyList":[],"AttachedManagedPolicies":[]}"#;
    let entries = entries_of(group);
    assert_eq!(entries, [has("arn:aws:iam::123456789012:group/desk", "arn:aws:iam::123456789012:group/desk")]);
}

#[test]
fn a_policy_grants_what_its_default_version_says_url_encoded_or_not() {
    let document = r#"{"Statement":[{"Effect":"Allow","Action":["s3:Get*","s3:PutObject"],"Resource":["arn:aws:s3:::a/*","arn:aws:s3:::b/*"]}]}"#;
    let encoded: String = document.bytes().map(|b| format!("%{b:02X}")).collect();
    for written in [document.to_string(), serde_json::Value::from(document).to_string(), format!("\"{encoded}\"")] {
        let policy = format!(
            r#"{{"PolicyName":"p","PolicyId":"ANPA1","Arn":"arn:aws:iam::123456789012:policy/p","DefaultVersionId":"v2","PolicyVersionList":[
              {{"VersionId":"v1","IsDefaultVersion":false,"Document":{{"Statement":[{{"Effect":"Allow","Action":"*","Resource":"*"}}]}}}},
              {{"VersionId":"v2","IsDefaultVersion":true,"Document":{written}}}]}}"#
        );
        let entries = entries_of(&policy);
        let found: Vec<(&str, &str)> = rights(&entries).iter().map(|r| (r.action.as_str(), r.resource.as_str())).collect();
        assert_eq!(
            found,
            [
                ("s3:Get*", "arn:aws:s3:::a/*"),
                ("s3:Get*", "arn:aws:s3:::b/*"),
                ("s3:PutObject", "arn:aws:s3:::a/*"),
                ("s3:PutObject", "arn:aws:s3:::b/*"),
            ]
        );
    }
}

fn role(statements: &str) -> Vec<Entry> {
    entries_of(&format!(
        r#"{{"RoleName":"R","RoleId":"AROA1","Arn":"arn:aws:iam::123456789012:role/x/R","AssumeRolePolicyDocument":{{"Statement":[{statements}]}},
        "InstanceProfileList":[{{"InstanceProfileName":"P","Arn":"arn:aws:iam::123456789012:instance-profile/P"}}],"RolePolicyList":[],"AttachedManagedPolicies":[]}}"#
    ))
}

#[test]
fn whom_a_role_trusts() {
    let entries = role(
        r#"{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"Service":["ec2.amazonaws.com"],"AWS":["210987654321","arn:aws:iam::123456789012:user/ada","AROAGONE",
             "arn:aws:sts::123456789012:assumed-role/AWSReservedSSO_Admin_1/Ada@example.org","arn:aws:sts::123456789012:assumed-role/Other/run-1"]}},
           {"Effect":"Allow","Action":["sts:AssumeRoleWithSAML","sts:TagSession"],"Principal":{"Federated":"arn:aws:iam::123456789012:saml-provider/idp"},"Condition":{"StringEquals":{"SAML:aud":"x"}}},
           {"Effect":"Allow","Action":"sts:TagSession","Principal":{"AWS":"*"}},
           {"Effect":"Allow","Action":"sts:*","Principal":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}"#,
    );
    let trusted: Vec<(&str, &str)> = edges(&entries).iter().map(|(member, _, _, condition)| (*member, *condition)).collect();
    assert!(edges(&entries).iter().all(|(_, reach, holder, _)| *reach == "may_assume" && holder.ends_with(":role/x/R")));
    assert_eq!(
        trusted,
        [
            ("aws-service:ec2.amazonaws.com", ""),
            ("arn:aws:iam::210987654321:root", ""),
            ("arn:aws:iam::123456789012:user/ada", ""),
            ("aws-id:AROAGONE", ""),
            ("ada@example.org", ""),
            ("arn:aws:sts::123456789012:assumed-role/Other/run-1", "only the session run-1"),
            ("federated:arn:aws:iam::123456789012:saml-provider/idp", r#"{"StringEquals":{"SAML:aud":"x"}}"#),
            ("*", "aws:MultiFactorAuthPresent=true"),
            ("arn:aws:iam::123456789012:instance-profile/P", ""),
        ]
    );
}

#[test]
fn a_trust_policy_that_also_denies_is_undetermined() {
    let entries = role(
        r#"{"Effect":"Allow","Action":"sts:AssumeRole","Principal":{"AWS":"arn:aws:iam::123456789012:user/ada"}},
           {"Effect":"Deny","Action":"sts:AssumeRole","Principal":"*","Condition":{"Null":{"aws:x":"true"}}}"#,
    );
    assert_eq!(edges(&entries)[0].3, "the trust policy also denies");
}

fn translated(condition: &str) -> (String, Option<Time>, Option<Time>) {
    let found = policy::condition(Some(&json::parse(condition.as_bytes()).unwrap()));
    (found.text, found.from, found.to)
}

#[test]
fn conditions_are_ours_where_they_mean_the_same() {
    let (text, from, to) = translated(
        r#"{"Bool":{"aws:MultiFactorAuthPresent":"true"},"NumericLessThanEquals":{"s3:max-keys":["10"]},
            "DateGreaterThan":{"aws:CurrentTime":"2026-01-01T00:00:00Z"},"DateLessThan":{"aws:CurrentTime":"2026-02-01T00:00:00Z"}}"#,
    );
    assert_eq!(text, "aws:MultiFactorAuthPresent=true and s3:max-keys<=10");
    assert_eq!((from, to), (Time::parse("2026-01-01T00:00:00.000001Z"), Time::parse("2026-02-01T00:00:00Z")));
    assert_eq!(translated(r#"{"StringEqualsIgnoreCase":{"aws:RequestedRegion":"eu-west-1"}}"#).0, "aws:RequestedRegion=eu-west-1");
    assert_eq!(translated("{}").0, "");
}

#[test]
fn a_condition_of_another_meaning_is_kept_and_cannot_be_read_as_ours() {
    for condition in [
        r#"{"StringEquals":{"aws:RequestedRegion":"eu-west-1"}}"#,
        r#"{"NumericLessThan":{"amount":["5","10"]}}"#,
        r#"{"StringLike":{"s3:prefix":"x and amount<=5"}}"#,
        r#"{"Bool":{"owner":"true"},"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}}"#,
        r#"{"StringEqualsIgnoreCase":{"a=b and c":"d"}}"#,
        r#"{"StringEqualsIgnoreCase":{"k":"${aws:username}"}}"#,
        r#""text""#,
    ] {
        let (text, ..) = translated(condition);
        assert!(!text.is_empty() && !text.contains(['=', '<', '>', '!']), "{text}");
    }
}

#[test]
fn every_container_is_taken_apart_and_nothing_else_is_taken() {
    let page = page_of(USER, "", "", "");
    let wrapped = format!(
        r#"{{"GetAccountAuthorizationDetailsResponse":{{"GetAccountAuthorizationDetailsResult":{page},"ResponseMetadata":{{}}}}}}"#
    );
    let registry = registry(Vec::new());
    for text in [page.clone(), wrapped, USER.to_string(), USER.to_lowercase().replace("aida1", "x")] {
        let found = registry.detect(&Form::Objects, &[text.as_bytes()]);
        assert_eq!(found.name(), "aws_authorization", "{} {text}", found.why);
        let parts = understand_chunk(SOURCE, &Form::Objects, text.as_bytes(), &Hints::none());
        assert_eq!(parts.len(), 1);
        assert!(text[parts[0].0.clone()].starts_with('{') && matches!(parts[0].2, Ok(Understood::Entries(_))), "{text}");
    }
    let empty = page_of("", "", "", "");
    assert_eq!(registry.detect(&Form::Objects, &[empty.as_bytes()]).name(), "aws_authorization");
    assert_eq!(understand_chunk(SOURCE, &Form::Objects, empty.as_bytes(), &Hints::none())[0].2, Ok(Understood::Kept));
    for other in [
        r#"{"UserName":"ada","Arn":"arn:aws:iam::123456789012:user/ada"}"#,
        r#"{"Policies":[{"name":"x"}]}"#,
        r#"{"Users":[{"UserName":"ada","UserId":"1"}]}"#,
    ] {
        assert_ne!(registry.detect(&Form::Objects, &[other.as_bytes()]).name(), "aws_authorization", "{other}");
    }
}

#[test]
fn what_cannot_be_read_is_a_loss_and_grants_nothing() {
    let inline = |document: &str| {
        format!(
            r#"{{"UserName":"a","UserId":"1","Arn":"arn:aws:iam::123456789012:user/a","UserPolicyList":[{{"PolicyName":"p","PolicyDocument":{document}}}]}}"#
        )
    };
    for (text, code) in [
        (inline(r#"{"Statement":[{"Effect":"Maybe","Action":"*","Resource":"*"}]}"#), LossCode::NotThisFormat),
        (inline(r#"{"Statement":[{"Effect":"Allow","Resource":"*"}]}"#), LossCode::NotThisFormat),
        (inline(r#"{"Statement":[{"Effect":"Allow","Action":"*","NotAction":"x","Resource":"*"}]}"#), LossCode::NotThisFormat),
        (inline(r#""%7Btorn""#), LossCode::BrokenRecord),
        (inline("7"), LossCode::NotThisFormat),
        (
            r#"{"PolicyName":"p","PolicyId":"1","Arn":"arn:aws:iam::123456789012:policy/p","DefaultVersionId":"v3","PolicyVersionList":[{"VersionId":"v1","Document":{}}]}"#.into(),
            LossCode::NotThisFormat,
        ),
        (r#"{"x":1}"#.into(), LossCode::NotThisFormat),
    ] {
        let read = understand_chunk(SOURCE, &Form::Objects, text.as_bytes(), &Hints::none()).remove(0).2;
        assert_eq!(read.unwrap_err().code, code, "{text}");
    }
    let many: Vec<String> = (0..1_000).map(|n| format!("\"s3:A{n}\"")).collect();
    let many = many.join(",");
    let bomb = inline(&format!(r#"{{"Statement":[{{"Effect":"Allow","Action":[{many}],"Resource":[{many}]}}]}}"#));
    assert!(understand_chunk(SOURCE, &Form::Objects, bomb.as_bytes(), &Hints::none())[0].2.is_err());
}
