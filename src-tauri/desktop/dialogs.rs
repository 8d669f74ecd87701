//! File dialogs, opened from here and never by the page, which has no right to the dialog plugin.

use std::path::PathBuf;

use behalf_app::bridge::EdgeError;
use tauri::{AppHandle, Window};
use tauri_plugin_dialog::{DialogExt, FileDialogBuilder, FilePath};

use crate::host::apart;

/// Exports to import: files, or folders.
#[tauri::command(rename_all = "snake_case")]
pub async fn pick_exports(app: AppHandle, window: Window, folder: bool) -> Result<Vec<String>, EdgeError> {
    apart(move || {
        if let Some(given) = given() {
            return Ok(given);
        }
        let dialog = over(&app, &window).set_title(if folder { "Folders with exports" } else { "Exports" });
        let picked = if folder { dialog.blocking_pick_folders() } else { dialog.blocking_pick_files() };
        Ok(picked.unwrap_or_default().into_iter().filter_map(shown).collect())
    })
    .await
}

/// A case to open, or where a new one goes.
#[tauri::command(rename_all = "snake_case")]
pub async fn pick_case(app: AppHandle, window: Window, save: bool) -> Result<Option<String>, EdgeError> {
    apart(move || {
        if let Some(given) = given() {
            return Ok(given.into_iter().next());
        }
        let dialog = over(&app, &window).add_filter("Behalf case", &["behalf"]);
        let picked = if save {
            dialog.set_title("New case").set_file_name("review.behalf").blocking_save_file()
        } else {
            dialog.set_title("Open case").blocking_pick_file()
        };
        Ok(picked.and_then(shown))
    })
    .await
}

/// Where a file that Behalf writes goes.
#[tauri::command(rename_all = "snake_case")]
pub async fn pick_save(
    app: AppHandle,
    window: Window,
    name: String,
    extension: String,
) -> Result<Option<String>, EdgeError> {
    apart(move || {
        if let Some(given) = given() {
            return Ok(given.into_iter().next());
        }
        // Not every desktop adds the ending by itself, and the ending says what is written.
        let name = format!("{name}.{extension}");
        let dialog = over(&app, &window).set_title("Save").set_file_name(name).add_filter(&extension, &[&extension]);
        Ok(dialog.blocking_save_file().and_then(shown))
    })
    .await
}

fn over(app: &AppHandle, window: &Window) -> FileDialogBuilder<tauri::Wry> {
    app.dialog().file().set_parent(window)
}

fn shown(path: FilePath) -> Option<String> {
    path.into_path().ok().map(|p: PathBuf| p.to_string_lossy().into_owned())
}

/// A test cannot see the system's dialogs, so that under the feature `journeys` the answer comes from the file that
/// `BEHALF_PICK` names, a path a line. A release has neither the feature nor this.
#[cfg(feature = "journeys")]
#[allow(clippy::disallowed_methods, reason = "a seam for tests, compiled in only for them")]
fn given() -> Option<Vec<String>> {
    let file = std::env::var_os("BEHALF_PICK")?;
    let text = std::fs::read_to_string(file).ok()?;
    Some(text.lines().filter(|line| !line.is_empty()).map(String::from).collect())
}

#[cfg(not(feature = "journeys"))]
fn given() -> Option<Vec<String>> {
    None
}
