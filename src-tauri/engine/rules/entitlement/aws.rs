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
    fn a_variable_is_the_users_name_or_anything() {
        assert!(matches!(resolved("a/${aws:username}/*", Some("ada")), Resolved::Plain(p) if p == "a/ada/*"));
        assert!(matches!(resolved("a/${aws:username}", None), Resolved::Variable(p) if p == "a/*"));
        assert!(matches!(resolved("a/${aws:PrincipalTag/t}/b${", Some("ada")), Resolved::Variable(p) if p == "a/*/b*"));
        assert_eq!(user_name("arn:aws:iam::123456789012:user/eu/ada"), Some("ada"));
        assert_eq!(user_name("arn:aws:iam::123456789012:role/ada"), None);
    }
}
