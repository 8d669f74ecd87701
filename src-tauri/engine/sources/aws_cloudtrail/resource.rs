//! What a call was about: the ARN that the record names, or that its parameters make.

use super::super::json::{self, Json};

/// Service, parameter, and the ARN it makes: `{}` is the value, `{r}` the region, `{a}` the account.
const MADE: &[(&str, &str, &str)] = &[
    ("lambda", "/functionName", "lambda:{r}:{a}:function:{}"),
    ("dynamodb", "/tableName", "dynamodb:{r}:{a}:table/{}"),
    ("secretsmanager", "/secretId", "secretsmanager:{r}:{a}:secret:{}"),
    ("ssm", "/name", "ssm:{r}:{a}:parameter/{}"),
    ("ssm", "/target", "ec2:{r}:{a}:instance/{}"),
    ("iam", "/userName", "iam::{a}:user/{}"),
    ("iam", "/roleName", "iam::{a}:role/{}"),
    ("iam", "/groupName", "iam::{a}:group/{}"),
    ("iam", "/instanceProfileName", "iam::{a}:instance-profile/{}"),
    ("kms", "/keyId", "kms:{r}:{a}:key/{}"),
    ("ec2", "/instanceId", "ec2:{r}:{a}:instance/{}"),
    ("ec2", "/instancesSet/items/0/instanceId", "ec2:{r}:{a}:instance/{}"),
    ("ec2", "/groupId", "ec2:{r}:{a}:security-group/{}"),
    ("ec2", "/snapshotId", "ec2:{r}:{a}:snapshot/{}"),
    ("ec2", "/volumeId", "ec2:{r}:{a}:volume/{}"),
    ("ec2", "/vpcId", "ec2:{r}:{a}:vpc/{}"),
    ("logs", "/logGroupName", "logs:{r}:{a}:log-group:{}"),
    ("rds", "/dBInstanceIdentifier", "rds:{r}:{a}:db:{}"),
    ("rds", "/dBSnapshotIdentifier", "rds:{r}:{a}:snapshot:{}"),
    ("bedrock", "/modelId", "bedrock:{r}::foundation-model/{}"),
    ("bedrock", "/agentId", "bedrock:{r}:{a}:agent/{}"),
    ("bedrock", "/knowledgeBaseId", "bedrock:{r}:{a}:knowledge-base/{}"),
    ("glue", "/databaseName", "glue:{r}:{a}:database/{}"),
    ("athena", "/workGroup", "athena:{r}:{a}:workgroup/{}"),
    ("ecr", "/repositoryName", "ecr:{r}:{a}:repository/{}"),
    ("kinesis", "/streamName", "kinesis:{r}:{a}:stream/{}"),
    ("events", "/name", "events:{r}:{a}:rule/{}"),
    ("cloudtrail", "/name", "cloudtrail:{r}:{a}:trail/{}"),
    ("cloudtrail", "/trailName", "cloudtrail:{r}:{a}:trail/{}"),
    ("codebuild", "/projectName", "codebuild:{r}:{a}:project/{}"),
    ("ecs", "/cluster", "ecs:{r}:{a}:cluster/{}"),
    ("eks", "/name", "eks:{r}:{a}:cluster/{}"),
];

/// Resource and its type.
pub fn of(record: &Json, service: &str) -> (Option<String>, Option<String>) {
    // An S3 object event lists the object and its bucket: the longest ARN of the list is the thing itself.
    let named = json::items(json::at(record, "/resources"))
        .filter_map(|r| Some((json::text(r, "/ARN")?, json::text(r, "/type"))))
        .reduce(|best, next| if next.0.len() > best.0.len() && next.0.starts_with(&best.0) { next } else { best });
    match named {
        Some((arn, kind)) => (Some(arn), kind),
        None => (from_parameters(record, service), None),
    }
}

fn from_parameters(record: &Json, service: &str) -> Option<String> {
    let parameters = json::at(record, "/requestParameters")?;
    let region = json::text(record, "/awsRegion").unwrap_or_default();
    let partition = match region.as_str() {
        r if r.starts_with("cn-") => "aws-cn",
        r if r.starts_with("us-gov-") => "aws-us-gov",
        _ => "aws",
    };
    if let (true, Some(bucket)) = (service.starts_with("s3"), json::text(parameters, "/bucketName")) {
        return Some(match json::text(parameters, "/key") {
            Some(key) => format!("arn:{partition}:s3:::{bucket}/{key}"),
            None => format!("arn:{partition}:s3:::{bucket}"),
        });
    }
    let account = json::first_text(record, &["/recipientAccountId", "/userIdentity/accountId"]).unwrap_or_default();
    for (of, pointer, form) in MADE {
        if *of != service {
            continue;
        }
        let Some(value) = json::text(parameters, pointer) else { continue };
        if value.starts_with("arn:") {
            return Some(value);
        }
        // `parameter//path`: a name that begins with a slash brings its own.
        let value = value.strip_prefix('/').unwrap_or(&value);
        return Some(format!(
            "arn:{partition}:{}",
            form.replace("{r}", &region).replace("{a}", &account).replace("{}", value)
        ));
    }
    // Elsewhere a parameter that is an ARN itself: a role, a topic, a state machine.
    json::members(Some(parameters)).filter_map(|(_, v)| json::scalar(v)).find(|v| v.starts_with("arn:"))
}
