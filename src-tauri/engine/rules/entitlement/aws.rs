//! What IAM policies say otherwise than CloudTrail: names of actions, and variables in patterns.

/// Events whose name is not that of the permission that they need, by IAM's service prefix (Amazon S3 User Guide,
/// "Required permissions for Amazon S3 API operations"; Service Authorization Reference).
const PERMISSION: &[(&str, &str)] = &[
    ("s3:CompleteMultipartUpload", "s3:PutObject"),
    ("s3:CopyObject", "s3:PutObject"),
    ("s3:CreateMultipartUpload", "s3:PutObject"),
    ("s3:DeleteBucketCors", "s3:PutBucketCORS"),
    ("s3:DeleteBucketEncryption", "s3:PutEncryptionConfiguration"),
    ("s3:DeleteBucketLifecycle", "s3:PutLifecycleConfiguration"),
    ("s3:DeleteBucketReplication", "s3:PutReplicationConfiguration"),
    ("s3:DeleteBucketTagging", "s3:PutBucketTagging"),
    ("s3:DeleteObjects", "s3:DeleteObject"),
    ("s3:DeletePublicAccessBlock", "s3:PutBucketPublicAccessBlock"),
    ("s3:GetBucketEncryption", "s3:GetEncryptionConfiguration"),
    ("s3:GetBucketLifecycle", "s3:GetLifecycleConfiguration"),
    ("s3:GetBucketReplication", "s3:GetReplicationConfiguration"),
    ("s3:GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
    ("s3:HeadBucket", "s3:ListBucket"),
    ("s3:HeadObject", "s3:GetObject"),
    ("s3:ListBuckets", "s3:ListAllMyBuckets"),
    ("s3:ListMultipartUploads", "s3:ListBucketMultipartUploads"),
    ("s3:ListObjectVersions", "s3:ListBucketVersions"),
    ("s3:ListObjects", "s3:ListBucket"),
    ("s3:ListObjectsV2", "s3:ListBucket"),
    ("s3:ListParts", "s3:ListMultipartUploadParts"),
    ("s3:PutBucketEncryption", "s3:PutEncryptionConfiguration"),
    ("s3:PutBucketLifecycle", "s3:PutLifecycleConfiguration"),
    ("s3:PutBucketReplication", "s3:PutReplicationConfiguration"),
    ("s3:PutPublicAccessBlock", "s3:PutBucketPublicAccessBlock"),
    ("s3:SelectObjectContent", "s3:GetObject"),
    ("s3:UploadPart", "s3:PutObject"),
    ("s3:UploadPartCopy", "s3:PutObject"),
    ("lambda:Invoke", "lambda:InvokeFunction"),
];

/// Event sources whose first word is not IAM's prefix of the service.
const PREFIX: &[(&str, &str)] = &[("monitoring", "cloudwatch"), ("email", "ses"), ("tagging", "tag")];

/// The permission that a logged action needs, where it has another name.
pub(super) fn permission(action: &str) -> Option<String> {
    let (service, name) = action.split_once(':')?;
    if let Some((_, permission)) = PERMISSION.iter().find(|(event, _)| event.eq_ignore_ascii_case(action)) {
        return Some((*permission).to_string());
    }
    let prefix = PREFIX.iter().find(|(source, _)| source.eq_ignore_ascii_case(service)).map(|(_, prefix)| *prefix);
    let plain = if service.eq_ignore_ascii_case("lambda") { without_version(name) } else { name };
    let plain_is = prefix.unwrap_or(service);
    let found = format!("{plain_is}:{plain}");
    let found = match PERMISSION.iter().find(|(event, _)| event.eq_ignore_ascii_case(&found)) {
        Some((_, permission)) => (*permission).to_string(),
        None => found,
    };
    (found != action).then_some(found)
}

/// Calls whose record names something else than what their permission is checked on, or one thing of several.
const ELSEWHERE: [&str; 3] = ["s3:DeleteObjects", "ec2:RunInstances", "ec2:CreateTags"];

/// Why a pattern that does not match what a log names may match what IAM checked: the two name some things differently.
pub(super) fn named_otherwise(action: &str, pattern: &str, resource: &str) -> Option<&'static str> {
    let mut parts = resource.splitn(6, ':').skip(2);
    let (service, thing) = (parts.next().unwrap_or(""), parts.nth(2).unwrap_or(""));
    let path_of = |arn: &str| arn.splitn(6, ':').nth(5).map_or(0, |t| t.matches('/').count());
    match service {
        _ if ELSEWHERE.iter().any(|a| a.eq_ignore_ascii_case(action)) => {
            Some("the record does not name all that the permission is checked on")
        }
        "logs" | "ecs" | "glue" => Some("the log names such resources otherwise than policies do"),
        "secretsmanager" if !has_suffix(thing) => Some("the log names the secret without the suffix of its ARN"),
        "iam" if path_of(resource) == 1 && path_of(pattern) > 1 => {
            Some("the log names such resources without their path")
        }
        _ => None,
    }
}

/// `secret:NAME-AbCdEf`: Secrets Manager adds six characters to each name.
fn has_suffix(secret: &str) -> bool {
    secret.rsplit_once('-').is_some_and(|(_, end)| end.len() == 6 && end.bytes().all(|b| b.is_ascii_alphanumeric()))
}

/// Lambda logs the version of its API behind the name: `UpdateFunctionCode20150331v2`.
fn without_version(name: &str) -> &str {
    let bare = match name.rsplit_once('v') {
        Some((head, version)) if !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit()) => head,
        _ => name,
    };
    let Some(at) = bare.len().checked_sub(8).filter(|at| bare.is_char_boundary(*at)) else { return name };
    let (head, date) = bare.split_at(at);
    if date.starts_with("20") && date.bytes().all(|b| b.is_ascii_digit()) && !head.is_empty() { head } else { name }
}

/// A pattern without its variables.
pub(super) enum Resolved {
    Plain(String),
    /// A variable that is not known, replaced by anything: what the pattern may cover at most.
    Variable(String),
}

/// `${aws:username}` where the user is known; any other variable may stand for anything.
pub(super) fn resolved(pattern: &str, user: Option<&str>) -> Resolved {
    if !pattern.contains("${") {
        return Resolved::Plain(pattern.to_string());
    }
    let (mut out, mut rest, mut open) = (String::new(), pattern, false);
    while let Some((head, tail)) = rest.split_once("${") {
        out.push_str(head);
        let Some((name, after)) = tail.split_once('}') else {
            open = true;
            out.push('*');
            rest = "";
            break;
        };
        match user.filter(|_| name.trim().eq_ignore_ascii_case("aws:username")) {
            // User names hold neither wildcards nor dollars.
            Some(user) => out.push_str(user),
            None => {
                open = true;
                out.push('*');
            }
        }
        rest = after;
    }
    out.push_str(rest);
    if open { Resolved::Variable(out) } else { Resolved::Plain(out) }
}

/// The name of the IAM user that an ARN names.
pub(super) fn user_name(arn: &str) -> Option<&str> {
    let resource = arn.strip_prefix("arn:")?.splitn(5, ':').nth(4)?;
    resource.strip_prefix("user/")?.rsplit('/').next().filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_logged_action_is_asked_for_as_policies_name_it() {
        let named = |action| permission(action).unwrap_or_else(|| action.to_string());
        assert_eq!(named("s3:HeadObject"), "s3:GetObject");
        assert_eq!(named("lambda:UpdateFunctionCode20150331v2"), "lambda:UpdateFunctionCode");
        assert_eq!(named("lambda:ListFunctions20150331"), "lambda:ListFunctions");
        assert_eq!(named("lambda:Invoke"), "lambda:InvokeFunction");
        assert_eq!(named("monitoring:PutMetricAlarm"), "cloudwatch:PutMetricAlarm");
        assert_eq!(named("s3:GetObject"), "s3:GetObject");
        assert_eq!(named("refund.create"), "refund.create");
    }

    #[test]
    fn where_logs_and_policies_name_things_differently_a_mismatch_decides_nothing() {
        let open = |action, pattern, resource| named_otherwise(action, pattern, resource).is_some();
        assert!(open("s3:DeleteObjects", "arn:aws:s3:::b/*", "arn:aws:s3:::b"));
        assert!(!open("s3:DeleteObject", "arn:aws:s3:::b/*", "arn:aws:s3:::c/k"));
        assert!(open("iam:GetUser", "arn:aws:iam::1:user/eu/*", "arn:aws:iam::1:user/ada"));
        assert!(!open("iam:GetUser", "arn:aws:iam::1:user/bo", "arn:aws:iam::1:user/ada"));
        let secret = "arn:aws:secretsmanager:eu-west-1:1:secret:db";
        assert!(open("secretsmanager:GetSecretValue", "arn:aws:secretsmanager:*:*:secret:db-??????", secret));
        assert!(!open("secretsmanager:GetSecretValue", "x", &format!("{secret}-a1B2c3")));
    }

    #[test]
    fn a_variable_is_the_users_name_or_anything() {
        assert!(matches!(resolved("a/${aws:username}/*", Some("ada")), Resolved::Plain(p) if p == "a/ada/*"));
        assert!(matches!(resolved("a/${aws:username}", None), Resolved::Variable(p) if p == "a/*"));
        assert!(matches!(resolved("a/${aws:PrincipalTag/t}/b${", Some("ada")), Resolved::Variable(p) if p == "a/*/b*"));
        assert_eq!(user_name("arn:aws:iam::123456789012:user/eu/ada"), Some("ada"));
        assert_eq!(user_name("arn:aws:iam::123456789012:role/ada"), None);
    }
}
