//! The engine of Behalf: reads audit exports and agent traces, rebuilds runs, attributes each call to a person and
//! an agent, tests the decisions, and answers questions with proof from the raw records.
//!
//! One corridor, data flows one way; a room may name only `model` and rooms to its left:
//! `read -> sources -> case -> identity -> lineage -> attribution -> rules -> review -> ask -> report`.
//! The engine never prints, prompts, reads the environment or the clock: time, ids and progress are passed in.

pub mod model;

pub mod read;
pub mod sources;
pub mod case;
pub mod identity;
pub mod lineage;
pub mod attribution;
pub mod rules;
pub mod analysis;
pub mod review;
pub mod ask;
pub mod report;
