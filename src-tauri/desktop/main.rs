//! The window. `host.rs` gives each command of the bridge its Tauri form, `dialogs.rs` asks for files, `start.rs`
//! opens the window.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod dialogs;
mod host;
mod start;

fn main() -> std::process::ExitCode {
    start::run()
}
