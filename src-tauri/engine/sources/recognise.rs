//! Which source a file belongs to, by content, with the reason.
