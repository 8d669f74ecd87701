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
    let (service, event, read) = dice.pick(&CALLS);
    let (agent, user, key) = (work.agent, work.user, &work.key);
    let object = dice.next() % 200_000;
    let bucket = dice.next() % 40;
    // Each agent works in one account.
    let account = agent % 5;
    let id = dice.uuid();
    let request = dice.uuid();
    let failed = dice.next().is_multiple_of(40);
    write!(
        out,
        r#"{{"eventVersion":"1.11","userIdentity":{{"type":"AssumedRole","principalId":"AROAQ5RT7ZK2MW4{agent:06}:agent-{agent:02}","arn":"arn:aws:sts::7700441{account:05}:assumed-role/Agent{agent:02}Role/agent-{agent:02}","accountId":"7700441{account:05}","accessKeyId":"{key}","sessionContext":{{"sessionIssuer":{{"type":"Role","principalId":"AROAQ5RT7ZK2MW4{agent:06}","arn":"arn:aws:iam::7700441{account:05}:role/Agent{agent:02}Role","accountId":"7700441{account:05}","userName":"Agent{agent:02}Role"}},"webIdFederationData":{{}},"attributes":{{"creationDate":"{began}","mfaAuthenticated":"false"}},"sourceIdentity":"person{user:03}@bench.example"}}}},"eventTime":"{stamp}","eventSource":"{service}.amazonaws.com","eventName":"{event}","awsRegion":"eu-west-1","sourceIPAddress":"10.{agent}.{host}.{port}","userAgent":"[aws-sdk-rust/1.8 os/linux lang/rust agentkit/2.9 run/{run}]","#,
        began = work.began,
        host = dice.next() % 8,
        port = 1 + dice.next() % 200,
        run = work.run,
    )?;
    if failed {
        out.write_all(br#""errorCode":"AccessDenied","errorMessage":"User is not authorized to perform this action because no identity-based policy allows it","#)?;
    }
    write!(
        out,
        r#""requestParameters":{{"bucketName":"bench-data-{bucket:02}","key":"tenant/{tenant:04}/2026/03/object-{object:06}.parquet","Host":"bench-data-{bucket:02}.s3.eu-west-1.amazonaws.com"}},"responseElements":null,"additionalEventData":{{"SignatureVersion":"SigV4","CipherSuite":"TLS_AES_128_GCM_SHA256","bytesTransferredIn":0,"AuthenticationMethod":"AuthHeader","bytesTransferredOut":{size}}},"requestID":"{request}","eventID":"{id}","readOnly":{read},"resources":[{{"type":"AWS::S3::Object","ARN":"arn:aws:s3:::bench-data-{bucket:02}/tenant/{tenant:04}/2026/03/object-{object:06}.parquet"}},{{"accountId":"7700441{account:05}","type":"AWS::S3::Bucket","ARN":"arn:aws:s3:::bench-data-{bucket:02}"}}],"eventType":"AwsApiCall","managementEvent":false,"recipientAccountId":"7700441{account:05}","eventCategory":"Data","tlsDetails":{{"tlsVersion":"TLSv1.3","cipherSuite":"TLS_AES_128_GCM_SHA256"}}}}"#,
        tenant = object % 3_000,
        size = dice.next() % 9_000_000,
    )?;
    out.write_all(b"\n")
}
