//! Every text of a view that came out of evidence, in one place: what replaces a name or a secret must miss none of them.

use super::view::FrozenView;
use crate::ask::findings::{FindingDetail, FindingRow};

/// Visits each text that evidence, or a reviewer's free hand, may have put a name or a secret into. Closed words, hashes
/// and times are not visited; who prepared the report and who confirmed a criterion sign with their names.
pub fn each(view: &mut FrozenView, visit: &mut impl FnMut(&mut String)) {
    let scope = &mut view.scope;
    scope.objective.iter_mut().for_each(&mut *visit);
    scope.systems.iter_mut().chain(&mut scope.agents).chain(&mut scope.exclusions).for_each(&mut *visit);
    view.not_tested.iter_mut().for_each(&mut *visit);
    let o = &mut view.overview;
    o.cautions.iter_mut().for_each(&mut *visit);
    o.worst.iter_mut().for_each(|r| row(r, visit));
    for cell in &mut o.patterns {
        visit(&mut cell.agent);
        visit(&mut cell.tool);
    }
    for coverage in [&mut view.coverage, &mut o.coverage] {
        coverage.by_source.iter_mut().for_each(|s| visit(&mut s.source));
        coverage.by_refusal.iter_mut().for_each(|r| visit(&mut r.settled_by));
    }
    for f in &mut view.files {
        visit(&mut f.path);
        visit(&mut f.format);
        visit(&mut f.why);
    }
    for r in &mut view.receipts {
        visit(&mut r.path);
        visit(&mut r.format);
        visit(&mut r.sentence);
        if let Some(s) = &mut r.receipt {
            visit(&mut s.record);
            visit(&mut s.file);
            let free =
                [&mut s.system, &mut s.tenant, &mut s.query, &mut s.exporter, &mut s.method, &mut s.received_from];
            free.into_iter().flatten().for_each(&mut *visit);
        }
    }
    visit(&mut view.reconciliation.sentence);
    for l in &mut view.losses {
        visit(&mut l.file);
        l.places.iter_mut().for_each(|p| visit(&mut p.detail));
    }
    view.findings.iter_mut().chain(&mut view.design_facts).for_each(|f| finding(f, visit));
    for e in &mut view.evidence {
        visit(&mut e.id);
        visit(&mut e.source);
        visit(&mut e.file);
    }
    for c in &mut view.calls {
        visit(&mut c.event);
        visit(&mut c.source);
        visit(&mut c.basis);
        let named = [&mut c.action, &mut c.resource, &mut c.recorded_initiator, &mut c.agent, &mut c.run];
        named.into_iter().flatten().for_each(&mut *visit);
    }
}

fn row(r: &mut FindingRow, visit: &mut impl FnMut(&mut String)) {
    visit(&mut r.title);
    visit(&mut r.cause);
    r.accepted.iter_mut().for_each(visit);
}

fn finding(f: &mut FindingDetail, visit: &mut impl FnMut(&mut String)) {
    row(&mut f.row, visit);
    for text in [
        &mut f.condition,
        &mut f.effect,
        &mut f.recommendation,
        &mut f.population,
        &mut f.severity_reason,
        &mut f.confidence_reason,
    ] {
        visit(text);
    }
    f.against.iter_mut().for_each(&mut *visit);
    for i in &mut f.instances {
        visit(&mut i.sentence);
        i.events.iter_mut().for_each(&mut *visit);
        let subject = [&mut i.principal, &mut i.token, &mut i.run, &mut i.agent, &mut i.tool];
        subject.into_iter().flatten().for_each(&mut *visit);
    }
}
