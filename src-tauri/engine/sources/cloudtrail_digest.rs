//! AWS CloudTrail digest files.
//!
//! - **Ask for**: the digest files of the period (`CloudTrail-Digest/` beside `CloudTrail/` in the trail's bucket), together with the log files as they were delivered, compressed.
//! - **Reads**: one JSON object an hour and region, gzip or plain, with `logFiles`.
//! - **Recognised by**: `digestStartTime` and `digestEndTime` beside `digestS3Object` or `logFiles`.
//! - **Filled by**: CloudTrail (`platform`). Names no principal.
//! - **Answers**: whether each log file that CloudTrail delivered is in the case, and whether its content is what CloudTrail hashed.
//! - **Never tells**: whether the digest itself is genuine: its signature is held beside the object in S3 and is not checked here; ask for the output of `aws cloudtrail validate-logs`.
//! - **Documented in**: AWS CloudTrail user guide, "CloudTrail digest file structure". `hashValue` is of the uncompressed log file, as `aws cloudtrail validate-logs` computes it.

use super::json::{self, Json};
use super::{Hints, NotUnderstood, Recognition, Record, Sample, Source, Understood};
use crate::model::{Digest, DigestFile, Entry};

pub const SOURCE: &dyn Source = &CloudTrailDigest;

struct CloudTrailDigest;

impl Source for CloudTrailDigest {
    fn name(&self) -> &str {
        "cloudtrail_digest"
    }

    fn recognise(&self, sample: &Sample<'_>) -> Option<Recognition> {
        sample.recognise(98, "digestStartTime and digestEndTime of a CloudTrail digest", is_digest)
    }

    fn understand(&self, record: &Record<'_>, _hints: &Hints) -> Result<Understood, NotUnderstood> {
        let digest = record.json()?;
        if !is_digest(digest) {
            return Err(NotUnderstood::not_this("no digestStartTime and digestEndTime"));
        }
        let files = json::items(json::at(digest, "/logFiles")).map(log_file).collect::<Result<Vec<_>, _>>()?;
        Ok(Understood::Entry(Entry::Digest(Digest {
            object: json::text(digest, "/digestS3Object").unwrap_or_default(),
            from: json::time(digest, "/digestStartTime"),
            to: json::time(digest, "/digestEndTime"),
            previous: json::text(digest, "/previousDigestS3Object"),
            files,
        })))
    }
}

fn is_digest(value: &Json) -> bool {
    let has = |pointer| json::at(value, pointer).is_some();
    has("/digestStartTime") && has("/digestEndTime") && (has("/digestS3Object") || has("/logFiles"))
}

/// A file that the digest does not vouch for with a hash we know would pass unseen: the digest is a loss then.
fn log_file(file: &Json) -> Result<DigestFile, NotUnderstood> {
    let needed = |pointer: &str| {
        json::text(file, pointer).ok_or_else(|| NotUnderstood::broken(format!("a log file without {}", &pointer[1..])))
    };
    match json::text(file, "/hashAlgorithm") {
        Some(algorithm) if algorithm != "SHA-256" => {
            return Err(NotUnderstood::broken("a log file is hashed by something else than SHA-256"));
        }
        _ => {}
    }
    Ok(DigestFile {
        object: needed("/s3Object")?,
        sha256: needed("/hashValue")?.to_lowercase(),
        oldest: json::time(file, "/oldestEventTime"),
        newest: json::time(file, "/newestEventTime"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{registry, understand_chunk};
    use super::*;
    use crate::read::Form;

    const DIGEST: &str = r#"{"awsAccountId":"111122223333","digestStartTime":"2026-03-02T14:01:31Z","digestEndTime":"2026-03-02T15:01:31Z","digestS3Object":"AWSLogs/111122223333/CloudTrail-Digest/x.json.gz","previousDigestS3Object":null,"logFiles":[{"s3Bucket":"b","s3Object":"AWSLogs/111122223333/CloudTrail/a.json.gz","hashValue":"AB12","hashAlgorithm":"SHA-256","newestEventTime":"2026-03-02T14:55:00Z"}]}"#;

    #[test]
    fn a_digest_lists_its_log_files_with_their_hashes() {
        let found = registry(Vec::new()).detect(&Form::Array, &[DIGEST.as_bytes()]).name().to_string();
        assert_eq!(found, "cloudtrail_digest");
        match understand_chunk(SOURCE, &Form::Array, DIGEST.as_bytes(), &Hints::none()).remove(0).2 {
            Ok(Understood::Entry(Entry::Digest(digest))) => {
                assert_eq!((digest.files.len(), digest.files[0].sha256.as_str()), (1, "ab12"));
                assert_eq!(digest.previous, None);
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_file_without_a_known_hash_is_a_loss() {
        for text in [DIGEST.replace("SHA-256", "MD5"), DIGEST.replace("\"hashValue\":\"AB12\",", "")] {
            assert!(understand_chunk(SOURCE, &Form::Array, text.as_bytes(), &Hints::none()).remove(0).2.is_err());
        }
    }
}
