//! The bridge's table as Tauri commands: each registered by its own name, each one line into the bridge.

use std::sync::Arc;

use behalf_app::bridge::{Bridge, EdgeError, Tick, defect};
use tauri::ipc::Channel;
use tauri::{State, Wry};

/// Off the event loop: a question may read a large case, and the window goes on drawing.
pub async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, EdgeError> + Send + 'static,
) -> Result<T, EdgeError> {
    tauri::async_runtime::spawn_blocking(work).await.unwrap_or_else(|stopped| Err(defect(stopped)))
}

macro_rules! commands_of_the_window {
    (
        ask { $($ask:ident($($arg:ident: $type:ty),*) -> $answer:ty;)* }
        work { $($work:ident($($with:ident: $kind:ty),*) -> $result:ty;)* }
    ) => {
        $(
            #[tauri::command(rename_all = "snake_case")]
            async fn $ask(bridge: State<'_, Arc<Bridge>>, $($arg: $type),*) -> Result<$answer, EdgeError> {
                let bridge = Arc::clone(&bridge);
                apart(move || bridge.$ask($($arg),*)).await
            }
        )*
        $(
            #[tauri::command(rename_all = "snake_case")]
            async fn $work(bridge: State<'_, Arc<Bridge>>, $($with: $kind,)* progress: Channel<Tick>) -> Result<$result, EdgeError> {
                let bridge = Arc::clone(&bridge);
                // A window that no longer listens does not stop the work.
                let say = move |tick: &Tick| drop(progress.send(tick.clone()));
                apart(move || bridge.$work($($with,)* &say)).await
            }
        )*

        /// All that the window may ask: the bridge's table, and the dialogs of this machine.
        pub fn commands() -> impl Fn(tauri::ipc::Invoke<Wry>) -> bool + Send + Sync + 'static {
            tauri::generate_handler![$($ask,)* $($work,)* crate::dialogs::pick_exports, crate::dialogs::pick_case, crate::dialogs::pick_save]
        }
    };
}

behalf_app::commands!(commands_of_the_window);
