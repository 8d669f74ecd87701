//! `behalf serve`: the same interface in a browser, for machines without a window and for tests.
//!
//! Loopback only. The address carries a secret made for this run in its fragment, which a browser never sends by
//! itself: the page takes it and shows it on each call. `gate.rs` checks it, `page.rs` gives out the page.

mod gate;
mod page;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path as UrlPath, State};
use axum::http::{StatusCode, header};
use axum::middleware;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use behalf_app::bridge::{Bridge, EdgeError, Say, Settings, Tick, Wall, defect, refused};
use behalf_engine::model::Fault;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc;

use crate::output::failed;
use gate::Gate;

/// Serves until the process is ended.
pub fn serve(case: &Path, port: u16) -> Result<(), EdgeError> {
    if !page::is_built() {
        return Err(failed(
            "no_interface",
            "this build carries no interface",
            "Build it first (npm run build in ui/), then build behalf again.",
        ));
    }
    let folder = |of: Option<std::path::PathBuf>| of.unwrap_or_else(std::env::temp_dir).join("behalf");
    let bridge = Arc::new(Bridge::new(Settings {
        version: env!("CARGO_PKG_VERSION").into(),
        config_dir: folder(dirs::config_dir()),
        data_dir: folder(dirs::data_dir()),
        clock: Box::new(Wall),
    }));
    bridge.open_case(case.to_path_buf())?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().map_err(defect)?;
    runtime.block_on(listen(bridge, port))
}

async fn listen(bridge: Arc<Bridge>, port: u16) -> Result<(), EdgeError> {
    let cannot = |cause: std::io::Error| {
        failed("port", format!("port {port} cannot be used: {cause}"), "Choose another by --port, or none.")
    };
    let listener =
        tokio::net::TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await.map_err(cannot)?;
    let port = listener.local_addr().map_err(cannot)?.port();
    let gate = Arc::new(Gate::new(port)?);
    say_where(port, gate.secret())?;
    axum::serve(listener, app(bridge, gate)).await.map_err(defect)
}

fn say_where(port: u16, secret: &str) -> Result<(), EdgeError> {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    writeln!(out, "Behalf is at http://127.0.0.1:{port}/#secret={secret}")
        .and_then(|()| writeln!(out, "The address is good until this command ends. Press Ctrl+C to end it."))
        .and_then(|()| out.flush())
        .map_err(crate::output::broken_pipe)
}

fn app(bridge: Arc<Bridge>, gate: Arc<Gate>) -> Router {
    Router::new()
        .route("/api/{command}", post(command))
        .with_state(bridge)
        .route_layer(middleware::from_fn_with_state(Arc::clone(&gate), gate::secret))
        .fallback(get(page::page))
        .layer(middleware::from_fn_with_state(gate, gate::place))
        .layer(middleware::map_response(page::policy))
}

async fn command(State(bridge): State<Arc<Bridge>>, UrlPath(command): UrlPath<String>, body: Bytes) -> Response {
    if is_work(&command) {
        return stream(bridge, command, body);
    }
    let answered = tokio::task::spawn_blocking(move || answer(&bridge, &command, &body)).await;
    match answered.unwrap_or_else(|stopped| Err(defect(stopped))) {
        Ok(json) => ([(header::CONTENT_TYPE, "application/json")], json).into_response(),
        Err(error) => refusal(&error),
    }
}

/// Long work answers in lines: how far it is, then its result or its error.
fn stream(bridge: Arc<Bridge>, command: String, body: Bytes) -> Response {
    let (to, from) = mpsc::unbounded_channel::<String>();
    tokio::task::spawn_blocking(move || {
        // A page that went away does not stop the work: what it began is kept, and seen on the next visit.
        let line = |key: &str, json: &str| drop(to.send(format!("{{\"{key}\":{json}}}\n")));
        let say = |tick: &Tick| {
            if let Ok(json) = serde_json::to_string(tick) {
                line("progress", &json);
            }
        };
        // The page would wait for ever where a panic ended the lines without a last one.
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| work(&bridge, &command, &body, &say)));
        match done.unwrap_or_else(|_| Err(defect("the work stopped"))) {
            Ok(json) => line("result", &json),
            Err(error) => line("error", &serde_json::to_string(&error).unwrap_or_default()),
        }
    });
    let lines = futures_util::stream::unfold(from, |mut from| async {
        from.recv().await.map(|line| (Ok::<_, std::convert::Infallible>(line), from))
    });
    ([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response()
}

/// An error as the interface reads it.
fn refusal(error: &EdgeError) -> Response {
    let status = match (error.code.as_str(), error.fault) {
        ("forbidden", _) => StatusCode::FORBIDDEN,
        ("no_such_command", _) => StatusCode::NOT_FOUND,
        (_, Fault::Ours) => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::UNPROCESSABLE_ENTITY,
    };
    let json = serde_json::to_string(error).unwrap_or_default();
    (status, [(header::CONTENT_TYPE, "application/json")], json).into_response()
}

fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, EdgeError> {
    let body = if body.is_empty() { b"{}" } else { body };
    serde_json::from_slice(body).map_err(|cause| {
        failed("arguments", format!("the arguments cannot be read: {cause}"), "See ui/src/host/commands.ts.")
    })
}

fn write<T: Serialize>(answer: Result<T, EdgeError>) -> Result<String, EdgeError> {
    serde_json::to_string(&answer?).map_err(defect)
}

fn no_such(command: &str) -> EdgeError {
    refused("no_such_command", format!("there is no command {command}"), "See ui/src/host/commands.ts.")
}

macro_rules! commands_over_http {
    (
        ask { $($ask:ident($($arg:ident: $type:ty),*) -> $answer:ty;)* }
        work { $($work:ident($($with:ident: $kind:ty),*) -> $result:ty;)* }
    ) => {
        fn is_work(command: &str) -> bool {
            matches!(command, $(stringify!($work))|*)
        }

        fn answer(bridge: &Bridge, command: &str, body: &[u8]) -> Result<String, EdgeError> {
            match command {
                $(stringify!($ask) => {
                    #[derive(serde::Deserialize)]
                    struct Args { $($arg: $type),* }
                    let Args { $($arg),* } = read(body)?;
                    write::<$answer>(bridge.$ask($($arg),*))
                })*
                other => Err(no_such(other)),
            }
        }

        fn work(bridge: &Bridge, command: &str, body: &[u8], say: Say<'_>) -> Result<String, EdgeError> {
            match command {
                $(stringify!($work) => {
                    #[derive(serde::Deserialize)]
                    struct Args { $($with: $kind),* }
                    let Args { $($with),* } = read(body)?;
                    write::<$result>(bridge.$work($($with,)* say))
                })*
                other => Err(no_such(other)),
            }
        }
    };
}

behalf_app::commands!(commands_over_http);
