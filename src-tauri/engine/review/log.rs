//! The reviewer's log: append-only, each act hashed over the one before it. The chain shows a later change against a head
//! that was kept elsewhere; it does not make the file tamper-proof.

use sha2::{Digest, Sha256};

use crate::case::{ActRow, Case, CaseError};
use crate::model::{Act, Deed, Time};

/// Appends an act. Nothing that is in the log is changed by it.
pub fn append(case: &Case, at: Time, who: &str, deed: Deed) -> Result<Act, CaseError> {
    case.append_act(|last| {
        let (seq, prior) = last.map_or((1, String::new()), |(seq, hash)| (seq + 1, hash));
        let body = serde_json::to_string(&deed).map_err(|e| CaseError::Defect { detail: e.to_string() })?;
        let hash = hash(seq, at, who, deed.word(), &body, &prior);
        Ok(Act { seq, at, who: who.to_string(), deed, prior, hash })
    })
}

/// What is wrong with the chain, in sentences; nothing where it holds.
pub fn check(case: &Case) -> Result<Vec<String>, CaseError> {
    Ok(check_rows(case.act_rows()?))
}

/// The same of rows that left their case.
pub fn check_rows(rows: Vec<ActRow>) -> Vec<String> {
    let mut out = Vec::new();
    let mut before = (0, String::new());
    for act in rows {
        if act.seq != before.0 + 1 {
            out.push(format!("act {} follows act {}: acts are missing", act.seq, before.0));
        }
        if act.prior != before.1 {
            out.push(format!("act {} does not continue the act before it", act.seq));
        }
        if act.hash != hash(act.seq, act.at, &act.who, &act.word, &act.body, &act.prior) {
            out.push(format!("act {}: its hash does not hold", act.seq));
        }
        before = (act.seq, act.hash);
    }
    out
}

fn hash(seq: i64, at: Time, who: &str, word: &str, body: &str, prior: &str) -> String {
    let mut hash = Sha256::new();
    for part in [prior, &seq.to_string(), &at.0.to_string(), who, word, body] {
        // Lengths keep the parts apart: no two acts have one hash because their texts run together.
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part.as_bytes());
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Scope;

    #[test]
    fn acts_form_a_chain_that_shows_a_change() {
        let case = Case::in_memory().unwrap();
        for n in 0..3 {
            let scope = Scope { objective: format!("review {n}"), ..Scope::default() };
            append(&case, Time(n), "ada@example.org", Deed::Scope(scope)).unwrap();
        }
        assert_eq!(check(&case).unwrap(), Vec::<String>::new());
        assert_eq!(case.scope().unwrap().unwrap().objective, "review 2");
        let db = case.database();
        db.execute("UPDATE acts SET body = replace(body, 'review 1', 'review 9') WHERE seq = 2", []).unwrap();
        assert_eq!(check(&case).unwrap(), ["act 2: its hash does not hold"]);
        db.execute("DELETE FROM acts WHERE seq = 2", []).unwrap();
        assert_eq!(check(&case).unwrap().len(), 2);
    }

    #[test]
    fn an_act_put_in_between_or_made_anew_shows_and_one_cut_from_the_end_shows_against_a_kept_head() {
        let case = Case::in_memory().unwrap();
        for n in 0..3 {
            let undo = crate::model::deed::Undo { undone: n, reason: "mistaken".into() };
            append(&case, Time(n), "ada@example.org", Deed::Undo(undo)).unwrap();
        }
        let head = case.head().unwrap();
        let db = case.database();
        // Whoever can write the file can hash one act anew; the acts after it do not follow it then.
        let row = case.act_rows().unwrap().remove(1);
        let forged = hash(row.seq, row.at, "someone.else", &row.word, &row.body, &row.prior);
        db.execute("UPDATE acts SET who = 'someone.else', hash = ?1 WHERE seq = 2", [&forged]).unwrap();
        assert_eq!(check(&case).unwrap(), ["act 3 does not continue the act before it"]);
        db.execute("DELETE FROM acts WHERE seq >= 2", []).unwrap();
        assert_eq!(check(&case).unwrap(), Vec::<String>::new());
        assert_ne!(case.head().unwrap(), head);
    }
}
