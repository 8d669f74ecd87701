//! The passage of a tool's output that bids a call: a remark beside who did it, never a name and never a grade.

use serde::Serialize;

use crate::case::{Case, CaseError};

/// A text that a tool gave back before the call, and that bids what the call does (IN-01).
#[derive(Debug, Clone, PartialEq, Serialize)]
#[cfg_attr(feature = "bindings", derive(ts_rs::TS), ts(export))]
pub struct InstructionWords {
    /// One sentence for a reviewer.
    pub sentence: String,
    /// `addressed` to an agent, or `plain`.
    pub strength: String,
    /// How the passage begins.
    pub quote: String,
    /// What of the call stands in it.
    pub value: String,
    /// The tool that gave it back.
    pub tool: Option<String>,
    /// Shown id of the record that holds it.
    pub record: String,
    /// First byte of the passage in that record, and how many; absent where it was not found again as it stands.
    pub at: Option<u32>,
    pub length: Option<u32>,
}

pub(super) fn of_call(case: &Case, event: i64) -> Result<Option<InstructionWords>, CaseError> {
    let Some(found) = case.instruction(event)? else { return Ok(None) };
    let by = found.tool.as_deref().map_or("a tool".to_string(), |tool| tool.to_string());
    let to = if found.strength == "addressed" { ", in words addressed to an agent" } else { "" };
    let words = if found.words { "" } else { " The export holds no words of the person." };
    let spoke = if found.spoke { " The person spoke between." } else { "" };
    Ok(Some(InstructionWords {
        sentence: format!(
            "An earlier output of {by} ({}) bids this call with {}{to}, and the words of the person do not: \"{}\". Causation is not determined; the initiator and the grade stand.{words}{spoke}",
            found.passage, found.value, found.quote
        ),
        strength: found.strength,
        quote: found.quote,
        value: found.value,
        tool: found.tool,
        record: found.passage,
        at: found.start.and_then(|n| u32::try_from(n).ok()),
        length: found.length.and_then(|n| u32::try_from(n).ok()),
    }))
}
