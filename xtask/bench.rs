//! Records to measure import with: CloudTrail-like, one a line, with the cardinalities of a large company.

use std::error::Error;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use crate::dice::Dice;
use crate::time;

const USERS: usize = 500;
const AGENTS: usize = 60;
/// Consecutive records that one run leaves, before another takes its place.
const RUNS_AT_ONCE: usize = 64;

const CALLS: [(&str, &str, bool); 8] = [
    ("s3", "GetObject", true),
    ("s3", "PutObject", false),
    ("s3", "ListObjectsV2", true),
    ("dynamodb", "GetItem", true),
    ("dynamodb", "PutItem", false),
    ("kms", "Decrypt", true),
    ("secretsmanager", "GetSecretValue", true),
    ("lambda", "Invoke", false),
];

const DENIED: &[u8] =
    br#""errorCode":"AccessDenied","errorMessage":"User is not authorized to perform: no identity-based policy allows it","#;

/// One agent at work for one user: what stays the same over a run's records.
struct Work {
    run: String,
    key: String,
    user: usize,
    agent: usize,
    began: String,
}

impl Work {
    fn new(dice: &mut Dice, at: i64) -> Self {
        Self {
            run: dice.uuid(),
            key: format!("ASIA{}", dice.hex(16).to_uppercase()),
            user: (dice.next() % USERS as u64) as usize,
            agent: (dice.next() % AGENTS as u64) as usize,
            began: time::whole_second(at),
        }
    }
}

pub fn write(records: u64, path: &Path) -> Result<(), Box<dyn Error>> {
    let mut out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let mut dice = Dice::new(0xBE9C);
    let mut at = time::march(1, 0, 0);
    let mut works: Vec<Work> = (0..RUNS_AT_ONCE).map(|_| Work::new(&mut dice, at)).collect();
    let (mut second, mut stamp) = (at / time::SECOND, time::whole_second(at));
    for _ in 0..records {
        at += dice.between(1, 60);
        if at / time::SECOND != second {
            (second, stamp) = (at / time::SECOND, time::whole_second(at));
        }
        let place = (dice.next() % RUNS_AT_ONCE as u64) as usize;
        // A run of about twelve records, then the next.
        if dice.next().is_multiple_of(12) {
            works[place] = Work::new(&mut dice, at);
        }
        record(&mut out, &mut dice, &works[place], &stamp)?;
    }
    out.flush()?;
    Ok(())
}

fn record(out: &mut impl Write, dice: &mut Dice, work: &Work, stamp: &str) -> std::io::Result<()> {
    identity(out, work)?;
    let (service, event, read) = dice.pick(&CALLS);
    let (agent, run) = (work.agent, &work.run);
    let (host, port) = (dice.next() % 8, 1 + dice.next() % 200);
    write!(out, r#""eventTime":"{stamp}","eventSource":"{service}.amazonaws.com","eventName":"{event}","#)?;
    write!(out, r#""awsRegion":"eu-west-1","sourceIPAddress":"10.{agent}.{host}.{port}","#)?;
    write!(out, r#""userAgent":"[aws-sdk-rust/1.8 os/linux lang/rust agentkit/2.9 run/{run}]","#)?;
    if dice.next().is_multiple_of(40) {
        out.write_all(DENIED)?;
    }
    outcome(out, dice, account(work), read)
}

/// Each agent works in one account.
const fn account(work: &Work) -> usize {
    work.agent % 5
}

fn identity(out: &mut impl Write, work: &Work) -> std::io::Result<()> {
    let (agent, user, account) = (work.agent, work.user, account(work));
    let (key, began) = (&work.key, &work.began);
    write!(out, r#"{{"eventVersion":"1.11","userIdentity":{{"type":"AssumedRole","#)?;
    write!(out, r#""principalId":"AROAQ5RT7ZK2MW4{agent:06}:agent-{agent:02}","#)?;
    write!(out, r#""arn":"arn:aws:sts::7700441{account:05}:assumed-role/Agent{agent:02}Role/agent-{agent:02}","#)?;
    write!(out, r#""accountId":"7700441{account:05}","accessKeyId":"{key}","#)?;
    write!(out, r#""sessionContext":{{"sessionIssuer":{{"type":"Role","#)?;
    write!(out, r#""principalId":"AROAQ5RT7ZK2MW4{agent:06}","#)?;
    write!(out, r#""arn":"arn:aws:iam::7700441{account:05}:role/Agent{agent:02}Role","#)?;
    write!(out, r#""accountId":"7700441{account:05}","userName":"Agent{agent:02}Role"}},"#)?;
    write!(out, r#""webIdFederationData":{{}},"attributes":{{"creationDate":"{began}","#)?;
    write!(out, r#""mfaAuthenticated":"false"}},"sourceIdentity":"person{user:03}@bench.example"}}}},"#)
}

fn outcome(out: &mut impl Write, dice: &mut Dice, account: usize, read: bool) -> std::io::Result<()> {
    let (bucket, object, size) = (dice.next() % 40, dice.next() % 200_000, dice.next() % 9_000_000);
    let tenant = object % 3_000;
    let (request, id) = (dice.uuid(), dice.uuid());
    write!(out, r#""requestParameters":{{"bucketName":"bench-data-{bucket:02}","#)?;
    write!(out, r#""key":"tenant/{tenant:04}/2026/03/object-{object:06}.parquet","#)?;
    write!(out, r#""Host":"bench-data-{bucket:02}.s3.eu-west-1.amazonaws.com"}},"responseElements":null,"#)?;
    write!(out, r#""additionalEventData":{{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","#)?;
    write!(out, r#""bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","bytesTransferredOut":{size}}},"#)?;
    write!(out, r#""requestID":"{request}","eventID":"{id}","#)?;
    write!(out, r#""readOnly":{read},"resources":[{{"type":"AWS::S3::Object","#)?;
    write!(
        out,
        r#""ARN":"arn:aws:s3:::bench-data-{bucket:02}/tenant/{tenant:04}/2026/03/object-{object:06}.parquet"}},"#
    )?;
    write!(out, r#"{{"accountId":"7700441{account:05}","type":"AWS::S3::Bucket","#)?;
    write!(out, r#""ARN":"arn:aws:s3:::bench-data-{bucket:02}"}}],"eventType":"AwsApiCall","#)?;
    write!(out, r#""managementEvent":false,"recipientAccountId":"7700441{account:05}","eventCategory":"Data","#)?;
    write!(out, r#""tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256"}}}}"#)?;
    out.write_all(b"\n")
}
