//! Cases opened before: a small JSON file in the settings folder of the host. Losing it loses a convenience, so that
//! what cannot be read counts as empty, and what cannot be written is let go.

use std::path::{Path, PathBuf};

use super::types::{CaseInfo, RecentCase};

const KEPT: usize = 12;

fn file(settings: &Path) -> PathBuf {
    settings.join("recent-cases.json")
}

/// Those whose file is still there, the last one first.
pub fn list(settings: &Path) -> Vec<RecentCase> {
    let mut cases = read(settings);
    cases.retain(|c| Path::new(&c.path).is_file());
    cases
}

fn read(settings: &Path) -> Vec<RecentCase> {
    std::fs::read(file(settings)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

pub fn note(settings: &Path, case: &CaseInfo, opened_at: String) {
    let mut cases = read(settings);
    cases.retain(|c| c.path != case.path);
    cases.insert(0, RecentCase { path: case.path.clone(), name: case.name.clone(), opened_at });
    cases.truncate(KEPT);
    let Ok(text) = serde_json::to_vec_pretty(&cases) else { return };
    // Written beside and renamed, so that two windows cannot leave half a file.
    let whole = file(settings);
    let half = whole.with_extension(format!("{}.part", std::process::id()));
    let _ = std::fs::create_dir_all(settings)
        .and_then(|()| std::fs::write(&half, text))
        .and_then(|()| std::fs::rename(&half, &whole));
}
