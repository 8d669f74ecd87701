//! Who may ask: a page of ours, in a browser of this machine, that was given the secret.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, header};
use axum::middleware::Next;
use axum::response::Response;
use behalf_app::bridge::{EdgeError, defect, refused};
use subtle::ConstantTimeEq;

const SECRET: &str = "x-behalf-secret";

pub struct Gate {
    secret: String,
    /// The names under which this machine alone reaches the port. Another name is another site whose address was
    /// turned to the loopback (DNS rebinding).
    hosts: [String; 2],
}

impl Gate {
    pub fn new(port: u16) -> Result<Gate, EdgeError> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(defect)?;
        let secret = bytes.iter().map(|b| format!("{b:02x}")).collect();
        Ok(Gate { secret, hosts: [format!("127.0.0.1:{port}"), format!("localhost:{port}")] })
    }

    pub fn secret(&self) -> &str {
        &self.secret
    }

    fn is_here(&self, headers: &HeaderMap) -> bool {
        let text = |name| headers.get(name).map(|v| v.to_str().unwrap_or_default());
        let host = text(header::HOST).is_some_and(|h| self.hosts.iter().any(|known| known == h));
        // A browser names the origin of every POST; a program on this machine need not.
        let origin = text(header::ORIGIN)
            .is_none_or(|o| self.hosts.iter().any(|known| Some(known.as_str()) == o.strip_prefix("http://")));
        host && origin
    }

    fn is_known(&self, headers: &HeaderMap) -> bool {
        let shown = headers.get(SECRET).map(|v| v.as_bytes()).unwrap_or_default();
        shown.ct_eq(self.secret.as_bytes()).into()
    }
}

/// Every request: is it for this machine, from this machine's page?
pub async fn place(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    if gate.is_here(request.headers()) {
        next.run(request).await
    } else {
        forbidden("the request came by another name or from another page")
    }
}

/// Every command: does it show the secret?
pub async fn secret(State(gate): State<Arc<Gate>>, request: Request, next: Next) -> Response {
    if gate.is_known(request.headers()) {
        next.run(request).await
    } else {
        forbidden("the request does not show this run's secret")
    }
}

fn forbidden(why: &str) -> Response {
    super::refusal(&refused("forbidden", why, "Open the address that behalf serve printed, in full."))
}
