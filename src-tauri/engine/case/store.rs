//! Opening, making and migrating a case.

use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, OptionalExtension, Transaction, TransactionBehavior};

use super::error::CaseError;
use super::gate::Gate;
use crate::model::Time;

/// "BHLF": how a case file says that it is one.
const APPLICATION_ID: i64 = 0x4248_4C46;
/// Migrations only go forward; the number of the last one is the version of the case.
const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_case.sql"),
    include_str!("migrations/0002_context.sql"),
    include_str!("migrations/0003_answers.sql"),
];
const INDICES: &str = include_str!("indices.sql");
const VIEWS: &str = include_str!("views.sql");

/// An open case. One connection, one thread at a time.
pub struct Case {
    pub(super) db: Connection,
    pub(super) path: PathBuf,
    pub(super) gate: Gate,
}

impl Case {
    /// Opens the case at `path`, or makes an empty one where there is none, or one whose making was killed.
    pub fn open_or_create(path: &Path, now: Time) -> Result<Case, CaseError> {
        if path.exists() && !unmade(path) { Case::open(path) } else { Case::create(path, now) }
    }

    pub fn create(path: &Path, now: Time) -> Result<Case, CaseError> {
        let mut opened = Connection::open(path).map_err(|cause| CaseError::Open { path: path.into(), cause })?;
        opened.pragma_update(None, "page_size", 8192)?;
        opened.pragma_update(None, "application_id", APPLICATION_ID)?;
        let gate = Gate::install(&mut opened)?;
        let mut case = Case { db: opened, path: path.into(), gate };
        case.configure()?;
        case.migrate_from(0)?;
        case.db.execute("INSERT OR IGNORE INTO meta VALUES ('created', ?1)", [now.to_rfc3339()])?;
        Ok(case)
    }

    pub fn open(path: &Path) -> Result<Case, CaseError> {
        if !path.exists() {
            return Err(CaseError::Missing { path: path.into() });
        }
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let mut opened =
            Connection::open_with_flags(path, flags).map_err(|cause| CaseError::Open { path: path.into(), cause })?;
        let id: i64 = opened
            .pragma_query_value(None, "application_id", |r| r.get(0))
            .map_err(|_| CaseError::NotACase { path: path.into() })?;
        if id != APPLICATION_ID {
            return Err(CaseError::NotACase { path: path.into() });
        }
        let found: i64 = opened.pragma_query_value(None, "user_version", |r| r.get(0))?;
        let known = MIGRATIONS.len() as i64;
        if found > known {
            return Err(CaseError::Newer { path: path.into(), found, known });
        }
        let gate = Gate::install(&mut opened)?;
        let mut case = Case { db: opened, path: path.into(), gate };
        case.configure()?;
        if found < known {
            // Version 0 is a case whose making was killed: there is nothing to keep a copy of.
            if found > 0 {
                case.back_up(found)?;
            }
            case.migrate_from(found)?;
        }
        // An import that was killed after it dropped the indices left the case without them.
        case.db.execute_batch(INDICES)?;
        case.write_views(false)?;
        Ok(case)
    }

    /// A case in memory, for tests.
    pub fn in_memory() -> Result<Case, CaseError> {
        let mut db = Connection::open_in_memory()?;
        db.pragma_update(None, "application_id", APPLICATION_ID)?;
        let gate = Gate::install(&mut db)?;
        let mut case = Case { db, path: PathBuf::from("memory.behalf"), gate };
        case.configure()?;
        case.migrate_from(0)?;
        Ok(case)
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn name(&self) -> String {
        self.path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default()
    }

    fn configure(&mut self) -> Result<(), CaseError> {
        self.db.pragma_update(None, "journal_mode", "WAL")?;
        self.db.pragma_update(None, "synchronous", "NORMAL")?;
        self.db.pragma_update(None, "foreign_keys", true)?;
        self.db.pragma_update(None, "temp_store", "MEMORY")?;
        self.db.pragma_update(None, "cache_size", -65_536)?;
        self.db.set_prepared_statement_cache_capacity(64);
        Ok(())
    }

    fn migrate_from(&mut self, version: i64) -> Result<(), CaseError> {
        let steps = MIGRATIONS.get(version as usize..).unwrap_or_default();
        let tx = self.db.transaction()?;
        for step in steps {
            tx.execute_batch(step)?;
        }
        tx.execute_batch(INDICES)?;
        tx.pragma_update(None, "user_version", MIGRATIONS.len() as i64)?;
        tx.commit()?;
        self.write_views(true)
    }

    /// The views as this program has them. They are written where they are others, and in one transaction: to open a case
    /// that another program holds open changes nothing in it.
    fn write_views(&self, always: bool) -> Result<(), CaseError> {
        let ours = blake3::hash(VIEWS.as_bytes()).to_hex();
        let theirs = |db: &Connection| {
            db.query_row("SELECT value FROM meta WHERE key = 'views'", [], |r| r.get::<_, String>(0)).optional()
        };
        if !always && theirs(&self.db)?.as_deref() == Some(ours.as_str()) {
            return Ok(());
        }
        let tx = Transaction::new_unchecked(&self.db, TransactionBehavior::Immediate)?;
        tx.execute_batch(VIEWS)?;
        tx.execute("INSERT OR REPLACE INTO meta VALUES ('views', ?1)", [ours.as_str()])?;
        tx.commit()?;
        Ok(())
    }

    /// A copy beside the case, before an older case is changed: made by the database itself, so that what still lies in
    /// its write-ahead log is in the copy too.
    fn back_up(&self, version: i64) -> Result<(), CaseError> {
        let to = self.path.with_extension(format!("v{version}.behalf"));
        self.db
            .execute("VACUUM INTO ?1", [to.to_string_lossy()])
            .map(|_| ())
            .map_err(|cause| CaseError::Backup { cause: cause.to_string() })
    }

    /// Drops what slows a bulk write. Only worth it while the case holds little.
    pub(super) fn without_indices(&self) -> Result<(), CaseError> {
        let names: Vec<String> = self
            .db
            .prepare(
                "SELECT name FROM sqlite_schema WHERE type = 'index' AND sql IS NOT NULL AND name NOT LIKE 'sqlite_%'",
            )?
            .query_map([], |r| r.get(0))?
            .collect::<Result<_, _>>()?;
        for name in names {
            self.db.execute_batch(&format!("DROP INDEX IF EXISTS \"{name}\""))?;
        }
        Ok(())
    }

    pub(super) fn with_indices(&self) -> Result<(), CaseError> {
        // In memory a sort would hold every key of the case at once.
        self.db.pragma_update(None, "temp_store", "FILE")?;
        self.db.execute_batch(INDICES)?;
        self.db.pragma_update(None, "temp_store", "MEMORY")?;
        self.db.execute_batch("PRAGMA optimize")?;
        Ok(())
    }

    /// The database for the rule runner, which reads it and holds the only SQL outside this room.
    pub fn database(&self) -> &Connection {
        &self.db
    }

    pub fn keep_mapping(&self, name: &str, text: &str) -> Result<(), CaseError> {
        self.db.execute("INSERT OR REPLACE INTO mappings VALUES (?1, ?2)", [name, text])?;
        Ok(())
    }

    /// Mapping files that this case was read with, by name.
    pub fn mappings(&self) -> Result<Vec<(String, String)>, CaseError> {
        let mut query = self.db.prepare("SELECT name, text FROM mappings ORDER BY name")?;
        Ok(query.query_map([], |r| Ok((r.get(0)?, r.get(1)?)))?.collect::<Result<_, _>>()?)
    }
}

/// A database in which nothing was ever written: what a kill leaves before the first page of a case.
fn unmade(path: &Path) -> bool {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let number = |db: &Connection, sql: &str| db.query_row(sql, [], |r| r.get::<_, i64>(0));
    Connection::open_with_flags(path, flags).is_ok_and(|db| {
        ["SELECT count(*) FROM sqlite_schema", "PRAGMA application_id"].iter().all(|sql| number(&db, sql) == Ok(0))
    })
}
