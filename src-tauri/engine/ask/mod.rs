//! The questions. Each answer is a plain value that command line, window and report share; figures are links: each
//! count comes with the filter that lists what it counts.

pub mod accounts;
pub mod agents;
pub mod approved;
pub mod attributions;
pub mod authorized;
pub mod call_pages;
pub mod completeness;
pub mod coverage;
pub mod evidence;
pub mod findings;
pub mod overview;
pub mod patterns;
pub mod raw;
pub mod receipts;
pub mod run_tree;
pub mod scope;
pub mod timeline;
pub mod who;
pub mod who_can;
