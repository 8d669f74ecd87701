//! What the first facts say of a call's decision, person and token, as the second pass reads them.

use rusqlite::Row;

use crate::model::{Grade, Pattern};

/// `yes`, `no`, `unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Said {
    Yes,
    No,
    #[default]
    Unknown,
}

/// What the first facts say of a call's decision, person and token.
#[derive(Debug, Clone, Copy)]
pub struct Judged {
    pub pattern: Pattern,
    pub grade: Option<Grade>,
    pub agent_grade: Option<Grade>,
    /// Nobody is named, though somebody is behind it.
    pub refused: bool,
    pub agent_evidence: bool,
    /// The right of the attributed person, and of the agent.
    pub entitled: Said,
    /// No more than the silence of an export that names the person for this action.
    pub by_silence: bool,
    /// The answer of the person's right is that of a decision log.
    pub by_decision: bool,
    pub explicit_deny: bool,
    pub agent_entitled: Said,
    /// A person is among those whose rights were evaluated; `Unknown` where the record does not say whose.
    pub on_person: Said,
    /// It is said whose rights were evaluated, be it somebody of whom nothing is known.
    pub subjects_said: bool,
    /// The platform leaves no doubt whose rights were evaluated.
    pub certain: bool,
    pub days_after_end: Option<f64>,
    pub token_actor: Option<i64>,
    /// A record of the issuer speaks for the token, not the call alone.
    pub token_issued: bool,
    pub scope: Said,
    pub audience: Said,
    pub life: Said,
    pub runs_person: Said,
    /// `allow` on the record itself.
    pub allows: Option<bool>,
    pub policy: Option<i64>,
    pub credential: Option<i64>,
    pub impact: u8,
    pub rated: bool,
    pub effect: ActionClass,
}

/// Words are compared where they lie: no text of its own for each call.
pub(super) fn judged(r: &Row<'_>) -> rusqlite::Result<Judged> {
    let word = |column: usize| -> rusqlite::Result<&str> {
        Ok(r.get_ref(column)?.as_str_or_null().ok().flatten().unwrap_or_default())
    };
    let said = |column| -> rusqlite::Result<Said> { Ok(Said::of(word(column)?)) };
    let basis = word(30)?;
    Ok(Judged {
        pattern: Pattern::from_word(word(25)?).unwrap_or(Pattern::Undetermined),
        grade: Grade::from_letter(word(26)?),
        agent_grade: Grade::from_letter(word(27)?),
        refused: !word(28)?.is_empty(),
        agent_evidence: r.get(29)?,
        entitled: said(22)?,
        by_silence: basis == "no_matching_grant",
        by_decision: basis == "recorded_decision",
        explicit_deny: basis == "explicit_deny",
        agent_entitled: said(31)?,
        on_person: match word(32)? {
            "person" => Said::Yes,
            "agent" | "robot" => Said::No,
            _ => Said::Unknown,
        },
        subjects_said: !matches!(word(32)?, "unknown" | ""),
        certain: word(33)? == "certain",
        days_after_end: r.get(34)?,
        token_actor: r.get(35)?,
        token_issued: word(36)? == "issuer",
        scope: said(37)?,
        audience: said(38)?,
        life: said(39)?,
        runs_person: said(40)?,
        allows: r.get::<_, Option<i64>>(41)?.map(|effect| effect == 0),
        policy: r.get(42)?,
        credential: r.get(43)?,
        impact: r.get(44)?,
        rated: r.get(45)?,
        effect: ActionClass::of(word(46)?),
    })
}

impl Said {
    pub fn of(word: &str) -> Said {
        match word {
            "yes" => Said::Yes,
            "no" => Said::No,
            _ => Said::Unknown,
        }
    }
}

/// Class of what an action does, as `assets.csv` or the action's word tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ActionClass {
    Read,
    Change,
    Irreversible,
}

impl ActionClass {
    fn of(word: &str) -> ActionClass {
        match word {
            "read" => ActionClass::Read,
            "irreversible" => ActionClass::Irreversible,
            _ => ActionClass::Change,
        }
    }

    pub const fn word(self) -> &'static str {
        match self {
            ActionClass::Read => "read",
            ActionClass::Change => "change",
            ActionClass::Irreversible => "irreversible",
        }
    }
}
