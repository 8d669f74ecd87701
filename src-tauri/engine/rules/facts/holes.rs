//! Places where a source's log is not whole (AG-10).

use super::super::error::RuleError;
use crate::case::{Case, Derived};
use crate::lineage::continuity::holes;

/// Holes as the case shows them; said on import, and a finding after an analysis.
pub(super) fn write(case: &Case, derived: &Derived<'_>) -> Result<(), RuleError> {
    for hole in holes(case)? {
        derived.hole_fact(&hole)?;
    }
    Ok(())
}
