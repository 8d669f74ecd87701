//! The logs of MCP gateways, field by field. A new one is one entry here.

use super::super::json::{self, Json};

/// One gateway's log: what it alone has, and where its fields stand.
pub struct Shape {
    pub name: &'static str,
    /// All of these are there.
    pub all: &'static [&'static str],
    /// And one of these.
    pub any: &'static [&'static str],
    /// A field that must hold this text.
    pub says: Option<(&'static str, &'static str)>,
    pub time: &'static [&'static str],
    pub id: &'static [&'static str],
    pub method: &'static str,
    pub tool: &'static [&'static str],
    pub server: &'static [&'static str],
    pub session: &'static [&'static str],
    pub ip: &'static [&'static str],
    pub agent: &'static [&'static str],
    /// A user whom the gateway itself authenticated.
    pub user: &'static [&'static str],
}

const NONE: Shape = Shape {
    name: "",
    all: &[],
    any: &[],
    says: None,
    time: &[],
    id: &[],
    method: "",
    tool: &[],
    server: &[],
    session: &[],
    ip: &[],
    agent: &[],
    user: &[],
};

const SHAPES: &[Shape] = &[
    Shape {
        name: "cloudflare",
        all: &["/Method", "/Datetime"],
        any: &["/PortalID", "/PortalAUD"],
        time: &["/Datetime"],
        method: "/Method",
        tool: &["/ToolCallName", "/ResourceReadURI", "/PromptGetName"],
        server: &["/ServerID", "/ServerURL", "/ServerAUD"],
        session: &["/SessionID"],
        ip: &["/ClientIP"],
        user: &["/UserEmail", "/UserID"],
        ..NONE
    },
    Shape {
        name: "azure_apim",
        all: &["/Method", "/TimeGenerated", "/CorrelationId"],
        any: &["/McpServerEndpoint", "/ToolName", "/ServerName"],
        time: &["/TimeGenerated"],
        id: &["/CorrelationId"],
        method: "/Method",
        tool: &["/ToolName"],
        server: &["/ServerName", "/McpServerEndpoint"],
        session: &["/SessionId"],
        agent: &["/ClientName"],
        ..NONE
    },
    Shape {
        name: "oci",
        all: &["/data/identity", "/eventTime"],
        says: Some(("/data/eventName", "InvokeMcpServer")),
        time: &["/eventTime"],
        id: &["/eventId"],
        server: &["/data/resourceId"],
        ip: &["/data/identity/ipAddress"],
        agent: &["/data/identity/userAgent"],
        ..NONE
    },
    Shape {
        name: "golf",
        all: &["/event_type", "/timestamp", "/component"],
        any: &["/mcp_method", "/gateway_id"],
        time: &["/timestamp"],
        id: &["/integrity_hash"],
        method: "/mcp_method",
        tool: &["/mcp_tool_name"],
        server: &["/gateway_name", "/gateway_id"],
        session: &["/session_id"],
        ip: &["/request/client_ip", "/client_ip"],
        agent: &["/client_info/name"],
        user: &["/user/email", "/user/sub", "/authentication/user_id"],
        ..NONE
    },
    Shape {
        name: "tyk",
        all: &["/mcp_method"],
        says: Some(("/api_type", "mcp")),
        time: &["/time", "/timestamp"],
        id: &["/request_id"],
        method: "/mcp_method",
        tool: &["/mcp_primitive_name"],
        server: &["/api_name", "/api_id"],
        ip: &["/client_ip", "/remote_addr"],
        agent: &["/user_agent"],
        ..NONE
    },
    Shape {
        name: "toolhive",
        all: &["/type", "/outcome", "/component"],
        any: &["/subjects", "/target"],
        says: Some(("/type", "mcp_*")),
        time: &["/loggedAt", "/logged_at", "/time"],
        id: &["/metadata/auditId", "/audit_id", "/auditId"],
        method: "/type",
        tool: &["/target/name", "/target/uri"],
        server: &["/component"],
        session: &["/source/extra/session_id"],
        ip: &["/source/value"],
        agent: &["/source/extra/user_agent", "/subjects/client_name"],
        user: &["/subjects/user_id", "/subjects/user"],
    },
    Shape {
        name: "yandex",
        all: &["/authentication", "/event_time"],
        says: Some(("/event_type", "*.InvokeMcpTool")),
        time: &["/event_time"],
        id: &["/event_id"],
        ip: &["/request_metadata/remote_address"],
        agent: &["/request_metadata/user_agent"],
        ..NONE
    },
    Shape {
        name: "json_rpc",
        all: &["/jsonrpc"],
        any: &["/method", "/result", "/error"],
        says: Some(("/jsonrpc", "2.0")),
        time: &["/timestamp", "/time", "/ts"],
        method: "/method",
        tool: &["/params/name", "/params/uri"],
        server: &["/server", "/server_name"],
        session: &["/session_id", "/sessionId"],
        ..NONE
    },
];

impl Shape {
    fn fits(&self, value: &Json) -> bool {
        let has = |pointer: &&str| json::at(value, pointer).is_some();
        let says = self.says.is_none_or(|(pointer, wanted)| {
            json::text(value, pointer).is_some_and(|t| match (wanted.strip_prefix('*'), wanted.strip_suffix('*')) {
                (Some(end), _) => t.ends_with(end),
                (_, Some(start)) => t.starts_with(start),
                _ => t == wanted,
            })
        });
        says && self.all.iter().all(has) && (self.any.is_empty() || self.any.iter().any(has))
    }
}

/// A message without a gateway around it.
pub fn is_bare(shape: &Shape) -> bool {
    shape.name == "json_rpc"
}

/// The shape of a record, and the record itself: log frameworks wrap a JSON-RPC message.
pub fn shaped(value: &Json) -> Option<(&'static Shape, &Json)> {
    let direct = SHAPES.iter().find(|s| s.fits(value)).map(|s| (s, value));
    direct.or_else(|| {
        let rpc = SHAPES.last()?;
        ["/message", "/request", "/body", "/payload", "/mcp"]
            .iter()
            .find_map(|p| json::at(value, p).filter(|m| rpc.fits(m)))
            .map(|message| (rpc, message))
    })
}


/// JSON-RPC is older than MCP: these methods and answers are its.
pub fn is_mcp(message: &Json) -> bool {
    match json::text(message, "/method") {
        Some(method) => {
            matches!(method.as_str(), "initialize" | "ping")
                || ["tools/", "resources/", "prompts/", "notifications/", "sampling/", "completion/", "roots/", "elicitation/"]
                    .iter()
                    .any(|p| method.starts_with(p))
        }
        None => ["/result/content", "/result/tools", "/result/isError", "/result/serverInfo"]
            .iter()
            .any(|p| json::at(message, p).is_some()),
    }
}

