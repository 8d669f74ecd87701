//! Opens the window, with the case that was given on the command line or opened from the file manager.

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use behalf_app::bridge::{Bridge, Settings, Wall};
use tauri::{App, Manager, RunEvent};

#[allow(clippy::exit, reason = "in what generate_context! expands to")]
pub fn run() -> ExitCode {
    let built = tauri::Builder::default()
        .plugin(tauri_plugin_dialog::init())
        .invoke_handler(crate::host::commands())
        .setup(|app| Ok(settle(app)?))
        .build(tauri::generate_context!());
    match built {
        Ok(app) => {
            app.run(|handle, event| opened(handle, &event));
            ExitCode::SUCCESS
        }
        Err(cause) => failed(&cause),
    }
}

/// Before there is a window there is no other place to say why there is none.
#[allow(clippy::print_stderr, reason = "the window could not be opened")]
fn failed(cause: &tauri::Error) -> ExitCode {
    eprintln!("Behalf could not open its window: {cause}");
    ExitCode::FAILURE
}

fn settle(app: &mut App) -> tauri::Result<()> {
    let bridge = Bridge::new(Settings {
        version: app.package_info().version.to_string(),
        config_dir: app.path().app_config_dir()?,
        data_dir: app.path().app_data_dir()?,
        clock: Box::new(Wall),
    });
    if let Some(case) = std::env::args_os().nth(1).map(PathBuf::from) {
        // A case that cannot be opened leaves the start screen, from which opening it again says why.
        let _ = bridge.open_case(case);
    }
    app.manage(Arc::new(bridge));
    Ok(())
}

/// macOS hands over a file opened in the Finder by an event, not by an argument.
#[cfg(target_os = "macos")]
fn opened(handle: &tauri::AppHandle, event: &RunEvent) {
    if let RunEvent::Opened { urls } = event {
        for path in urls.iter().filter_map(|url| url.to_file_path().ok()) {
            let _ = handle.state::<Arc<Bridge>>().open_case(path);
        }
        if let Some(window) = handle.get_webview_window("main") {
            let _ = window.eval("location.reload()");
        }
    }
}

#[cfg(not(target_os = "macos"))]
fn opened(_handle: &tauri::AppHandle, _event: &RunEvent) {}
