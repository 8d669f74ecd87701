//! From the company to files, and its truth to a table that is no export.

use crate::fixtures::company;
use crate::fixtures::exports::{in_order, joined, lines, resource_spans};
use crate::fixtures::switchboard::MAPPING;
use crate::fixtures::world::{Span, Stamped};
use crate::json::Json;

use super::month::Company;

/// A file as a reviewer is handed it.
pub struct Export {
    pub name: &'static str,
    pub bytes: Vec<u8>,
}

/// How the switchboard's log becomes calls.
pub const fn mapping() -> &'static str {
    MAPPING
}

impl Company {
    /// `id,source,human,agent,authority,touched,traceless`: kept apart from the exports.
    pub fn truth(&self) -> String {
        let mut out = String::from("id,source,human,agent,authority,touched,traceless\n");
        for fact in &self.facts {
            let word = |text: &Option<String>| text.clone().unwrap_or_default();
            out.push_str(&format!(
                "{},{},{},{},{},{},{}\n",
                fact.id,
                fact.source,
                word(&fact.human),
                fact.agent.unwrap_or_default(),
                word(&fact.authority),
                fact.touched,
                fact.traceless
            ));
        }
        out
    }

    pub fn exports(mut self) -> Vec<Export> {
        let world = &mut self.world;
        let rights = world.rights.csv();
        let ordered = |records: &mut Vec<Stamped>| in_order(std::mem::take(records));
        let plain = |records: Vec<Stamped>| lines(records.iter().map(|r| &r.body));
        let array = |records: Vec<Stamped>| format!("[{}]\n", joined(records.iter().map(|r| &r.body))).into_bytes();
        let switchboard = plain(ordered(&mut world.switchboard));
        let tokens = plain(ordered(&mut world.tokens));
        let cluster = plain(ordered(&mut world.kubernetes));
        let github = array(ordered(&mut world.github));
        let okta = array(ordered(&mut world.okta));
        let cloudtrail = ordered(&mut world.cloudtrail);
        let cloudtrail = format!("{{\"Records\":[{}]}}", joined(cloudtrail.iter().map(|r| &r.body))).into_bytes();
        let spans: Vec<Json> = std::mem::take(&mut world.spans)
            .into_iter()
            .enumerate()
            .filter(|(n, _)| !self.lost.contains(n))
            .map(|(_, span)| alone(span))
            .collect();
        [
            ("assets.csv", company::assets().as_bytes().to_vec()),
            ("cloudtrail.json", cloudtrail),
            ("directory.csv", company::directory().into_bytes()),
            ("entitlements.csv", rights.into_bytes()),
            ("github-audit.json", github),
            ("kubernetes-audit.log", cluster),
            ("okta-system-log.json", okta),
            ("switchboard.ndjson", switchboard),
            ("token-exchange.ndjson", tokens),
            ("traces.otlp.jsonl", lines(spans.iter())),
        ]
        .into_iter()
        .map(|(name, bytes)| Export { name, bytes })
        .collect()
    }
}

/// One line for each span: a law can then lose one of them.
fn alone(span: Span) -> Json {
    resource_spans(vec![span])
}
