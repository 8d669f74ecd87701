//! Typed reads for the questions (`ask`).
