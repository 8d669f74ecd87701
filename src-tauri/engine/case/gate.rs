//! The gate before rule SQL: while it is closed, the connection compiles nothing but reads, and stops what runs too long.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use rusqlite::Connection;
use rusqlite::hooks::{AuthAction, Authorization};

use super::error::CaseError;

/// Steps of SQLite's machine between two looks at the budget.
const STRIDE: u64 = 10_000;
/// Steps that one rule may take: minutes on a case of ten million calls. Steps, not seconds, so that the same case
/// and rule end the same way on every machine.
const BUDGET: u64 = 100_000_000_000;

/// Shared with the hooks on the connection. Installed as the case opens, because hooks need the connection alone.
pub(super) struct Gate {
    closed: Arc<AtomicBool>,
    steps: Arc<AtomicU64>,
}

impl Gate {
    pub(super) fn install(db: &mut Connection) -> Result<Gate, CaseError> {
        let gate = Gate { closed: Arc::default(), steps: Arc::default() };
        let closed = Arc::clone(&gate.closed);
        db.authorizer(Some(move |asked: rusqlite::hooks::AuthContext<'_>| {
            if !closed.load(Ordering::Relaxed) || reads(&asked.action) {
                Authorization::Allow
            } else {
                Authorization::Deny
            }
        }))?;
        let (closed, steps) = (Arc::clone(&gate.closed), Arc::clone(&gate.steps));
        db.progress_handler(
            STRIDE as std::ffi::c_int,
            Some(move || closed.load(Ordering::Relaxed) && steps.fetch_add(STRIDE, Ordering::Relaxed) > BUDGET),
        )?;
        Ok(gate)
    }

    /// Runs `read` behind the closed gate, with a fresh budget.
    pub(super) fn closed<T>(&self, read: impl FnOnce() -> T) -> T {
        self.steps.store(0, Ordering::Relaxed);
        self.closed.store(true, Ordering::Relaxed);
        let _open = Reopen(&self.closed);
        read()
    }
}

/// Opens the gate again however `read` ends.
struct Reopen<'a>(&'a AtomicBool);

impl Drop for Reopen<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
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
