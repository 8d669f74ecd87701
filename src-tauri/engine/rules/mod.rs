//! Rules (being built on its own branch).

use crate::attribution::Tables;
use crate::case::{Case, CaseError, Derived, FindingRecord};

pub fn run(_case: &Case, _derived: &Derived<'_>, _tables: &Tables<'_>) -> Result<Vec<FindingRecord>, CaseError> {
    Ok(Vec::new())
}
