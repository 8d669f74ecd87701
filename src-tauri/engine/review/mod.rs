//! Acts of review.
