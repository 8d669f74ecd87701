//! Import, analysis and answers, measured beside a plain baseline in the same run.
//!
//! `cargo bench` (records by BENCH_RECORDS, one million where it is not set). Nothing is asserted about time.
//! The baseline is what a careful programmer writes first: `serde_json::Value` a line, one `rusqlite` statement a record
//! in one transaction, the raw line kept as text, no index. It understands nothing, joins nothing and deduplicates nothing.

#![allow(
    clippy::print_stdout,
    clippy::unwrap_used,
    clippy::disallowed_methods,
    reason = "a benchmark prints, reads the clock and its settings, and stops where it cannot go on"
)]

use std::io::BufRead;
use std::path::{Path, PathBuf};
use std::time::Instant;

use behalf_engine::analysis::{self, Loaded};
use behalf_engine::ask;
use behalf_engine::case::{Case, Import, Select};
use behalf_engine::model::{Clock, Time};
use behalf_engine::read::Limits;
use behalf_engine::sources::{self, Hints};

struct Wall;

impl Clock for Wall {
    fn now(&self) -> Time {
        Time(chrono::Utc::now().timestamp_micros())
    }
}

fn main() {
    let records: u64 = std::env::var("BENCH_RECORDS").ok().and_then(|n| n.parse().ok()).unwrap_or(1_000_000);
    let folder = tempfile::Builder::new().prefix("behalf-bench").tempdir_in(target()).unwrap();
    let export = folder.path().join("cloudtrail.ndjson");
    xtask::bench::write(records, &export).unwrap();
    let bytes = std::fs::metadata(&export).unwrap().len();
    println!(
        "{records} CloudTrail-like records, {:.1} MB, {:.0} bytes a record",
        mb(bytes),
        bytes as f64 / records as f64
    );
    println!("{:34} {:>9} {:>11} {:>8} {:>9} {:>9}", "", "seconds", "records/s", "MB/s", "peak MB", "file/raw");
    let mut table = Table { records, bytes };
    table.measure("baseline: serde_json + rusqlite", || baseline(&export, &folder.path().join("baseline.db")));
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    for n in [1, threads] {
        let case = folder.path().join(format!("{n}.behalf"));
        table.measure(&format!("behalf import, {n} threads"), || import(&export, &case, n));
    }
    let path = folder.path().join(format!("{threads}.behalf"));
    table.measure("behalf analyze", || {
        analysis::analyze(&Case::open(&path).unwrap(), &()).unwrap();
        path.clone()
    });
    answers(&path);
}

/// The build folder: on the disk that builds are on, and ignored by version control.
fn target() -> PathBuf {
    let target = Path::new(env!("CARGO_MANIFEST_DIR")).join("target");
    std::fs::create_dir_all(&target).unwrap();
    target
}

struct Table {
    records: u64,
    bytes: u64,
}

impl Table {
    fn measure(&mut self, what: &str, work: impl FnOnce() -> PathBuf) {
        forget_peak();
        let before = Instant::now();
        let file = work();
        let seconds = before.elapsed().as_secs_f64();
        println!(
            "{what:34} {seconds:9.2} {:11.0} {:8.0} {:9.0} {:8.1}%",
            self.records as f64 / seconds,
            mb(self.bytes) / seconds,
            peak_mb(),
            100.0 * std::fs::metadata(&file).unwrap().len() as f64 / self.bytes as f64
        );
    }
}

fn import(export: &Path, to: &Path, threads: usize) -> PathBuf {
    let mut case = Case::create(to, Wall.now()).unwrap();
    let import = Import {
        registry: &sources::registry(Vec::new()),
        hints: &Hints::default(),
        limits: &Limits::default(),
        threads,
        clock: &Wall,
        progress: &(),
    };
    case.import(&[export.to_path_buf()], &import).unwrap();
    drop(case);
    to.to_path_buf()
}

fn baseline(export: &Path, to: &Path) -> PathBuf {
    let db = rusqlite::Connection::open(to).unwrap();
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;
         CREATE TABLE events (id TEXT, time TEXT, source TEXT, name TEXT, region TEXT, ip TEXT, agent TEXT, type TEXT,
           arn TEXT, account TEXT, key TEXT, issuer TEXT, identity TEXT, error TEXT, resource TEXT, raw TEXT);
         BEGIN",
    )
    .unwrap();
    let mut insert = db
        .prepare("INSERT INTO events VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)")
        .unwrap();
    for line in std::io::BufReader::with_capacity(1 << 20, std::fs::File::open(export).unwrap()).lines() {
        let line = line.unwrap();
        let v: serde_json::Value = serde_json::from_str(&line).unwrap();
        let text = |pointer: &str| v.pointer(pointer).and_then(serde_json::Value::as_str);
        insert
            .execute(rusqlite::params![
                text("/eventID"),
                text("/eventTime"),
                text("/eventSource"),
                text("/eventName"),
                text("/awsRegion"),
                text("/sourceIPAddress"),
                text("/userAgent"),
                text("/userIdentity/type"),
                text("/userIdentity/arn"),
                text("/userIdentity/accountId"),
                text("/userIdentity/accessKeyId"),
                text("/userIdentity/sessionContext/sessionIssuer/arn"),
                text("/userIdentity/sessionContext/sourceIdentity"),
                text("/errorCode"),
                text("/resources/0/ARN"),
                line
            ])
            .unwrap();
    }
    drop(insert);
    db.execute_batch("COMMIT; PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
    to.to_path_buf()
}

/// What the screens ask, once cold and once warm.
fn answers(path: &Path) {
    let case = Case::open(path).unwrap();
    let person = ask::timeline::people(&case, None).unwrap().into_iter().max_by_key(|p| p.on_behalf).unwrap();
    let mut some = String::new();
    ask::attributions::each(&case, &Select::All, Some(1), |row| {
        some = row.id;
        Ok(())
    })
    .unwrap();
    println!("\n{:34} {:>9} {:>9}", "answers", "first ms", "then ms");
    twice("overview", || drop(ask::overview::overview(&case).unwrap()));
    twice("findings", || drop(ask::findings::rows(&case).unwrap()));
    twice("timeline of the busiest person", || drop(ask::timeline::timeline(&case, &person.key, None, None).unwrap()));
    twice("first 200 refused calls", || {
        drop(ask::attributions::rows(&case, &Select::Standing("refused".into()), Some(200)).unwrap());
    });
    twice("raw record", || drop(ask::raw::raw(&case, &some).unwrap()));
    let before = Instant::now();
    let loaded = Loaded::load(&case).unwrap();
    println!("{:34} {:9.1}", "lineage of the case, loaded once", before.elapsed().as_secs_f64() * 1e3);
    twice("who did this", || drop(ask::who::who(&case, &loaded, &some).unwrap()));
}

fn twice(what: &str, work: impl Fn()) {
    let mut ms = [0.0; 2];
    for slot in &mut ms {
        let before = Instant::now();
        work();
        *slot = before.elapsed().as_secs_f64() * 1e3;
    }
    println!("{what:34} {:9.1} {:9.1}", ms[0], ms[1]);
}

fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Peak resident memory since it was last forgotten; zero where the system does not tell.
fn peak_mb() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:")).unwrap_or("0");
    line.split_whitespace().next().and_then(|kb| kb.parse::<f64>().ok()).unwrap_or(0.0) / 1e3
}

fn forget_peak() {
    // 5 resets the peak (proc(5)); where that is not allowed, peaks only grow from row to row.
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}
