//! The page, carried in the program.

use axum::http::{HeaderValue, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use rust_embed::RustEmbed;

/// The interface as built. A build of the command line without it compiles, and says so when it is asked to serve.
#[derive(RustEmbed)]
#[folder = "ui/dist"]
#[allow_missing = true]
struct Interface;

const PAGE: &str = "index.html";

pub fn is_built() -> bool {
    Interface::get(PAGE).is_some()
}

/// A file of the interface; every other address is a view, which the page itself finds.
pub async fn page(uri: Uri) -> Response {
    let asked = uri.path().trim_start_matches('/');
    let name = match Interface::get(asked) {
        Some(_) if !asked.is_empty() => asked,
        _ if asked.starts_with("assets/") => return StatusCode::NOT_FOUND.into_response(),
        _ => PAGE,
    };
    match Interface::get(name) {
        Some(file) => ([(header::CONTENT_TYPE, kind(name))], file.data.into_owned()).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

fn kind(name: &str) -> &'static str {
    match name.rsplit('.').next().unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "json" => "application/json",
        "woff2" => "font/woff2",
        "woff" => "font/woff",
        _ => "application/octet-stream",
    }
}

/// What a browser may do with any answer: the page's own files and nothing else; no frame, no cache, no referrer.
pub async fn policy(mut response: Response) -> Response {
    let rules = [
        (
            header::CONTENT_SECURITY_POLICY,
            "default-src 'self'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        ),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (header::X_FRAME_OPTIONS, "DENY"),
        (header::REFERRER_POLICY, "no-referrer"),
        (header::CACHE_CONTROL, "no-store"),
    ];
    for (name, rule) in rules {
        response.headers_mut().insert(name, HeaderValue::from_static(rule));
    }
    response
}
