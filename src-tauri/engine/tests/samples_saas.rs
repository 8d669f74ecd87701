//! Samples of SaaS audit logs through the whole of reading and importing, where they lie beside the repository; skipped
//! elsewhere. What was read is what was kept, was there before, or was rejected with a reason.

#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test of the whole room: helpers are outside of #[test]"
)]

mod fixtures;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use behalf_engine::analysis;
use behalf_engine::case::{Case, verify};
use fixtures::{answers, import};

fn samples(folder: &str) -> Option<PathBuf> {
    let place = Path::new("shared/samples").join(folder);
    let found = Path::new(env!("CARGO_MANIFEST_DIR")).ancestors().map(|a| a.join(&place)).find(|p| p.is_dir());
    if found.is_none() {
        println!("skipped: no {} beside the repository", place.display());
    }
    found
}

/// File, source, and how many records were read, kept, duplicates, and rejected; each file into a case of its own.
type Row = (&'static str, &'static str, [u64; 4]);

fn holds(folder: &str, table: &[Row]) {
    let Some(place) = samples(folder) else { return };
    let mut found: Vec<(String, String, [u64; 4])> = Vec::new();
    let mut files: Vec<PathBuf> = std::fs::read_dir(&place).unwrap().map(|e| e.unwrap().path()).collect();
    files.retain(|p| p.extension().is_none_or(|e| e != "md"));
    files.sort();
    for file in files {
        let mut case = Case::in_memory().unwrap();
        let report = import(&mut case, &[file], &[], 2);
        assert_eq!(verify(&case).unwrap().problems, Vec::<String>::new());
        for f in report.files {
            assert_eq!(f.read, f.kept + f.duplicates + f.rejected, "{f:?}");
            let name = Path::new(&f.path).file_name().unwrap().to_string_lossy().into_owned();
            println!(
                "(\"{name}\", \"{}\", [{}, {}, {}, {}]), // {}",
                f.format, f.read, f.kept, f.duplicates, f.rejected, f.why
            );
            found.push((name, f.format, [f.read, f.kept, f.duplicates, f.rejected]));
        }
    }
    let table: Vec<(String, String, [u64; 4])> =
        table.iter().map(|(f, s, n)| (f.to_string(), s.to_string(), *n)).collect();
    assert_eq!(found, table);
}

/// The wire kind of records by their ids: `id` to `kind`.
fn kinds(folder: &str, file: &str, source: &str, expected: &[(&str, &str)]) {
    let Some(place) = samples(folder) else { return };
    let mut case = Case::in_memory().unwrap();
    import(&mut case, &[place.join(file)], &[], 2);
    analysis::analyze(&case, &()).unwrap();
    let answers = answers(&case);
    let rows: BTreeMap<_, _> = answers.by_id();
    for (id, kind) in expected {
        let row = rows[&(source, *id)];
        assert_eq!(row.wire_kind, *kind, "{id}: {row:?}");
        // A machine's or the platform's own act names no person.
        if matches!(*kind, "service" | "system" | "unknown") {
            assert_eq!(row.human, None, "{id}");
        }
    }
}

/// How many records of an action have which wire kind.
fn kinds_of_actions(folder: &str, file: &str) -> Option<BTreeMap<(String, String), usize>> {
    let place = samples(folder)?;
    let mut case = Case::in_memory().unwrap();
    import(&mut case, &[place.join(file)], &[], 2);
    analysis::analyze(&case, &()).unwrap();
    let mut counted = BTreeMap::new();
    for row in answers(&case).rows {
        *counted.entry((row.action.unwrap_or_default(), row.wire_kind)).or_default() += 1;
    }
    println!("{counted:?}");
    Some(counted)
}

#[test]
fn m365() {
    const IT: &str = "m365_audit";
    holds(
        "m365",
        &[
            ("appomni_m365.json", IT, [52, 52, 0, 0]),
            ("msdocs_copilot_interaction.json", IT, [1, 1, 0, 0]),
            // The second record lacks a colon, as it was published.
            ("msdocs_copilot_interaction_malformed.ndjson", IT, [2, 1, 0, 1]),
            ("otrf_add_a_user_to_company_administrator_role.json", IT, [1, 1, 0, 0]),
            ("otrf_disable_strong_authentication.json", IT, [3, 3, 0, 0]),
            ("otrf_enable_pop_imap_owa.json", IT, [1, 1, 0, 0]),
            ("otrf_goldensaml_OfficeActivityEvents.ndjson", IT, [1, 1, 0, 0]),
            ("otrf_mail_account_delegation_full_access_permissions.json", IT, [1, 1, 0, 0]),
            ("otrf_o365spray_default.json", IT, [9, 9, 0, 0]),
            ("otrf_set-mailbox-audit_log_age_limit_to_zero.json", IT, [1, 1, 0, 0]),
            ("otrf_set_mailboxauditbypassassociation.json", IT, [1, 1, 0, 0]),
            ("otrf_unified_auditlog_ingestion_stopped.json", IT, [1, 1, 0, 0]),
            // Four alerts of Graph security and two events of Windows lie among them.
            ("panther_microsoft.ndjson", IT, [15, 9, 0, 6]),
            ("plaso_microsoft_audit_log.jsonl", IT, [4, 4, 0, 0]),
            ("purview_export_2023_usdate.csv", IT, [1, 1, 0, 0]),
            ("ual_purview_portal_export.derived.csv", IT, [70, 70, 0, 0]),
        ],
    );
    kinds(
        "m365",
        "appomni_m365.json",
        IT,
        &[
            // Role added by the service principal of a service.
            ("87025648-8434-4b73-a311-9eb82a0845fd", "service"),
            // A failed sign-in whose user is "Not Available".
            ("514d0006-6b28-446c-8f7c-e85271a31200", "unknown"),
            // A page viewed through a client that the record names, and a file downloaded in a browser.
            ("4af4f3a2-6584-48b4-e96d-08dc6af37076", "delegated"),
            ("24052721-2860-4804-fe81-08dc6ae37d61", "human"),
            // An application of Microsoft's, and SharePoint itself.
            ("6718936a-de28-4f7d-9b40-29256adfca43", "system"),
            ("bebaecd3-a9c7-4cd9-211d-08dc69a9ccab", "system"),
            ("d74b2827-73e9-4ca4-8d9e-882f11a1f354", "human"),
        ],
    );
    kinds("m365", "purview_export_2023_usdate.csv", IT, &[("adba4658-fe8e-495a-bfb5-edb4ad398956", "system")]);
}

#[test]
fn google_workspace() {
    const IT: &str = "google_workspace";
    holds(
        "google_workspace",
        &[
            ("appomni_google_workspace.json", IT, [20, 20, 0, 0]),
            ("panther_gsuite_activityevent.ndjson", IT, [68, 68, 0, 0]),
            ("panther_gsuite_reports.ndjson", IT, [18, 18, 0, 0]),
        ],
    );
    let people = ["-7078025062376461990", "-8053599687898373773", "-5681301083801866672"].map(|id| (id, "human"));
    kinds("google_workspace", "appomni_google_workspace.json", IT, &people);
}

#[test]
fn salesforce() {
    const IT: &str = "salesforce_event_log";
    holds(
        "salesforce",
        &[
            // Fifteen records of the Setup Audit Trail lie among them and are read as such.
            ("appomni_salesforce.json", IT, [41, 41, 0, 0]),
            ("eventlogfile_mixed.derived.csv", IT, [11, 11, 0, 0]),
            ("panther_salesforce.ndjson", IT, [16, 16, 0, 0]),
        ],
    );
    // Rows of event log files have no id of their own.
    let Some(counted) = kinds_of_actions("salesforce", "panther_salesforce.ndjson") else { return };
    for (action, kind, count) in
        [("ConnectedAppUsageEventStore", "delegated", 3), ("LoginAs", "human", 1), ("Login", "human", 4)]
    {
        assert_eq!(counted.get(&(action.to_string(), kind.to_string())), Some(&count), "{action}");
    }
}

#[test]
fn slack() {
    const IT: &str = "slack_audit";
    holds("slack", &[("appomni_slack.json", IT, [28, 28, 0, 0]), ("panther_slack.ndjson", IT, [44, 44, 0, 0])]);
    kinds(
        "slack",
        "appomni_slack.json",
        IT,
        &[
            // Added to a group by somebody else: whom it was done to is not named.
            ("1c0c1a15-5a11-4ac1-97a9-123fafa3f000", "unknown"),
            ("fde9d000-a1b2-3cc4-0000-aed1e3123f10", "unknown"),
        ],
    );
    let Some(counted) = kinds_of_actions("slack", "appomni_slack.json") else { return };
    for (action, kind) in [("user_profile_updated", "delegated"), ("user_login", "human"), ("role_assigned", "human")] {
        assert_eq!(counted.get(&(action.to_string(), kind.to_string())), Some(&1), "{action}");
    }
}

#[test]
fn workday() {
    const IT: &str = "workday";
    holds("workday", &[("appomni_workday.json", IT, [27, 27, 0, 0])]);
    let Some(counted) = kinds_of_actions("workday", "appomni_workday.json") else { return };
    assert_eq!(counted.iter().filter(|((_, kind), _)| kind == "human").map(|(_, n)| n).sum::<usize>(), 27);
}

#[test]
fn servicenow() {
    const IT: &str = "servicenow";
    holds("servicenow", &[("appomni_servicenow.json", IT, [20, 19, 1, 0])]);
    let Some(counted) = kinds_of_actions("servicenow", "appomni_servicenow.json") else { return };
    for (action, kind, count) in [
        ("role:Added", "human", 1),
        ("login", "human", 1),
        // A guest is whoever is not signed in.
        ("logout", "unknown", 1),
        ("snc.subscription.download.completed", "system", 1),
        ("demo_table:delete", "system", 1),
    ] {
        assert_eq!(counted.get(&(action.to_string(), kind.to_string())), Some(&count), "{action}");
    }
}
