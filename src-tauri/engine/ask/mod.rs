//! The questions. Each answer is a plain value that command line, window and report share; figures are links: each
//! count comes with the filter that lists what it counts.

pub mod accounts;
pub mod acts;
pub mod agent;
pub mod agents;
pub mod approved;
pub mod attributions;
pub mod authorized;
pub mod call_pages;
pub mod changes;
pub mod bridge;
pub mod completeness;
pub mod could_be;
pub mod coverage;
pub mod evidence;
pub mod exposure;
pub mod findings;
pub mod ledger;
pub mod instruction;
pub mod overview;
pub mod patterns;
pub mod policy;
mod proofs;
pub mod raw;
pub mod receipts;
pub mod run_tree;
pub mod requests;
pub mod scope;
pub mod settle;
pub mod timeline;
pub mod tokens;
pub mod verdict;
pub mod who;
pub mod who_can;
