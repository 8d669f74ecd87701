//! Reports (on its own branch).
