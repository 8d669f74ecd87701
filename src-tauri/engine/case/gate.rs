//! The gate before rule SQL: while it is closed, the connection compiles nothing but reads, and stops what runs too long.
//! Before a rule that came from elsewhere it is closed tighter: such a rule reads the documented views and nothing else.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, AuthContext, Authorization};
use rusqlite::limits::Limit;

use super::error::CaseError;

/// Steps of SQLite's machine between two looks at the budget.
const STRIDE: u64 = 10_000;
/// Steps that one shipped rule may take: minutes on a case of ten million calls. Steps, not seconds, so that the same
/// case and rule end the same way on every machine.
const BUDGET: u64 = 100_000_000_000;
/// Bytes of one value that a stranger's rule may make.
const VALUE: i32 = 1_000_000;

/// How far the gate is closed.
const OPEN: u8 = 0;
const READING: u8 = 1;
const NOTING: u8 = 2;
const VIEWS_ONLY: u8 = 3;

/// Shared with the hooks on the connection. Installed as the case opens, because hooks need the connection alone.
pub(super) struct Gate {
    shared: Arc<Shared>,
}

#[derive(Default)]
struct Shared {
    closed: AtomicU8,
    /// Whether the budget ended the last statement.
    spent: AtomicBool,
    steps: AtomicU64,
    budget: AtomicU64,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// Tables of the case.
    tables: BTreeSet<String>,
    /// Those that the documented views read.
    of_views: BTreeSet<String>,
    /// What was refused last, in words.
    refused: Option<String>,
}

impl Gate {
    pub(super) fn install(db: &mut Connection) -> Result<Gate, CaseError> {
        let gate = Gate { shared: Arc::default() };
        let shared = Arc::clone(&gate.shared);
        db.authorizer(Some(move |asked: AuthContext<'_>| match shared.closed.load(Ordering::Relaxed) {
            OPEN => Authorization::Allow,
            READING if reads(&asked.action) => Authorization::Allow,
            NOTING => {
                if let AuthAction::Read { table_name, .. } = asked.action {
                    shared.known().of_views.insert(table_name.to_string());
                }
                Authorization::Allow
            }
            VIEWS_ONLY => match shared.refusal(&asked) {
                None => Authorization::Allow,
                refused => {
                    shared.known().refused = refused;
                    Authorization::Deny
                }
            },
            _ => Authorization::Deny,
        }))?;
        let shared = Arc::clone(&gate.shared);
        db.progress_handler(STRIDE as std::ffi::c_int, Some(move || shared.spends()))?;
        Ok(gate)
    }

    /// Runs `read` behind the closed gate, with a fresh budget.
    pub(super) fn closed<T>(&self, read: impl FnOnce() -> T) -> T {
        self.shared.close(READING, BUDGET);
        let _open = Reopen(&self.shared);
        read()
    }

    /// Runs a stranger's `read`: over the documented views alone, without recursion, within `budget` steps, with values of
    /// bounded size. Beside the answer, why it was refused or stopped, where it was.
    pub(super) fn views_only<T>(
        &self,
        db: &Connection,
        budget: u64,
        read: impl FnOnce() -> T,
    ) -> Result<(T, Option<String>), CaseError> {
        self.learn(db)?;
        let before = db.set_limit(Limit::SQLITE_LIMIT_LENGTH, VALUE)?;
        self.shared.close(VIEWS_ONLY, budget);
        let out = {
            let _open = Reopen(&self.shared);
            read()
        };
        db.set_limit(Limit::SQLITE_LIMIT_LENGTH, before)?;
        let spent = self.shared.spent.swap(false, Ordering::Relaxed);
        let refused = self.shared.known().refused.take();
        let spent = spent.then(|| format!("it ran longer than its budget of {budget} steps"));
        Ok((out, refused.map(|what| format!("it may not {what}")).or(spent)))
    }

    /// Which tables there are, and which of them the documented views read.
    fn learn(&self, db: &Connection) -> Result<(), CaseError> {
        let names = |sql: &str| -> Result<BTreeSet<String>, CaseError> {
            let mut query = db.prepare(sql)?;
            Ok(query.query_map([], |r| r.get(0))?.collect::<Result<_, _>>()?)
        };
        let tables = names("SELECT name FROM main.sqlite_schema WHERE type = 'table'")?;
        let views = names("SELECT name FROM main.sqlite_schema WHERE type = 'view' AND name LIKE 'v1~_%' ESCAPE '~'")?;
        *self.shared.known() = Known { tables, ..Known::default() };
        self.shared.close(NOTING, BUDGET);
        let _open = Reopen(&self.shared);
        for view in views {
            db.prepare(&format!("SELECT * FROM main.\"{view}\""))?;
        }
        Ok(())
    }
}

impl Shared {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn close(&self, how: u8, budget: u64) {
        self.steps.store(0, Ordering::Relaxed);
        self.budget.store(budget, Ordering::Relaxed);
        self.closed.store(how, Ordering::Relaxed);
    }

    fn spends(&self) -> bool {
        let closed = self.closed.load(Ordering::Relaxed) != OPEN;
        let over = closed && self.steps.fetch_add(STRIDE, Ordering::Relaxed) > self.budget.load(Ordering::Relaxed);
        if over {
            self.spent.store(true, Ordering::Relaxed);
        }
        over
    }

    /// What a stranger's rule asks that it may not, in words.
    fn refusal(&self, asked: &AuthContext<'_>) -> Option<String> {
        match asked.action {
            AuthAction::Select => None,
            AuthAction::Recursive => Some("recurse".into()),
            AuthAction::Function { function_name } => {
                let name = function_name.to_ascii_lowercase();
                // What differs from run to run, or does more than compute.
                let refused =
                    ["load_extension", "random", "randomblob", "current_date", "current_time", "current_timestamp"];
                refused.contains(&name.as_str()).then(|| format!("call {name}"))
            }
            AuthAction::Read { table_name, column_name } => {
                let known = self.known();
                let view = |name: &str| name.starts_with("v1_");
                let own = table_name.starts_with("sqlite_") || table_name.starts_with("pragma_");
                let allowed = match known.tables.contains(table_name) {
                    // A table of a view that gives the rule no column is asked for without the view's name.
                    true => {
                        (column_name.is_empty() || asked.accessor.is_some_and(view))
                            && known.of_views.contains(table_name)
                    }
                    // A name of the rule's own has no column that is asked for.
                    false => view(table_name) || (column_name.is_empty() && !own),
                };
                (!allowed).then(|| format!("read {table_name}"))
            }
            AuthAction::Pragma { pragma_name, .. } => Some(format!("use PRAGMA {pragma_name}")),
            AuthAction::Attach { .. } | AuthAction::Detach { .. } => Some("attach another database".into()),
            AuthAction::Transaction { .. } | AuthAction::Savepoint { .. } => Some("begin or end a transaction".into()),
            _ => Some("write".into()),
        }
    }
}

/// Opens the gate again however `read` ends.
struct Reopen<'a>(&'a Shared);

impl Drop for Reopen<'_> {
    fn drop(&mut self) {
        self.0.closed.store(OPEN, Ordering::Relaxed);
    }
}

fn reads(action: &AuthAction<'_>) -> bool {
    match action {
        AuthAction::Select | AuthAction::Read { .. } | AuthAction::Recursive => true,
        // Loading code is the one function that does more than compute.
        AuthAction::Function { function_name } => !function_name.eq_ignore_ascii_case("load_extension"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use crate::case::Case;

    #[test]
    fn nothing_but_reading_passes_a_closed_gate() {
        let case = Case::in_memory().unwrap();
        let derived = case.derive().unwrap();
        for sql in [
            "DELETE FROM events",
            "CREATE TABLE x (a)",
            "PRAGMA user_version = 9",
            "ATTACH 'x' AS y",
            "SELECT load_extension('x')",
        ] {
            assert!(derived.read_only(|db| db.prepare(sql).map(|_| ())).is_err(), "{sql}");
        }
        assert!(derived.read_only(|db| db.prepare("SELECT count(*) FROM v1_calls").map(|_| ())).is_ok());
        derived.database().execute("DELETE FROM findings", []).unwrap();
    }
}
