//! The exports, written line by line.

use std::fs::File;
use std::io::{BufWriter, Result, Write};
use std::path::Path;

use crate::dice::Dice;
use crate::time;

pub const MAPPING: &str = r#"name = "tool-gateway"
records = "ndjson"
kind = "call"
detect = ["/tool", "/caller/client_id", "/decision/evaluated"]
populated_by = "gateway"

[fields]
time = "/time"
id = "/id"
service = "/service"
action = "/tool"
resource = "/resource/id"
resource_type = "/resource/type"
outcome = { from = "/status", success = ["ok"], denied = ["denied"], error = ["error"] }
wire = "/caller/client_id"
wire_kind = { from = "/caller/kind", service = ["service"], delegated = ["delegated"], human = ["user"] }
agent = { from = "/caller/client_id", when = { "/caller/kind" = ["service", "delegated"] } }
human = "/on_behalf_of/sub"
run = "/run/id"
token = "/token/jti"
audience = "/token/aud"
scope = "/token/scope"
decision = { from = "/decision/effect", allow = ["allow"], deny = ["deny"] }
evaluated = "/decision/evaluated"
policy = "/decision/policy"
source_ip = "/client/ip"
user_agent = "/client/ua"
host = "/client/host"

[attributes]
amount = "/args/amount"
"#;

/// A tool of the gateway: service, action, kind of thing.
#[derive(Clone, Copy)]
pub struct Tool {
    pub service: &'static str,
    pub action: &'static str,
    pub thing: &'static str,
}

pub const REFUND: Tool = Tool { service: "payments", action: "refund.create", thing: "order" };
pub const RECORD: Tool = Tool { service: "ehr", action: "record.read", thing: "patient" };
pub const SEARCH: Tool = Tool { service: "search", action: "doc.search", thing: "doc" };
pub const NOTE: Tool = Tool { service: "notes", action: "note.append", thing: "note" };

/// One call of the gateway.
pub struct Call<'a> {
    pub at: i64,
    pub tool: Tool,
    pub thing: i64,
    pub amount: Option<i64>,
    pub status: &'static str,
    pub caller: &'a str,
    pub kind: &'static str,
    pub person: Option<&'a str>,
    pub evaluated: Vec<&'a str>,
    pub run: Option<&'a str>,
    pub token: Option<&'a Token>,
}

/// A token as its service issued it.
pub struct Token {
    pub jti: String,
    pub subject: String,
    pub agent: String,
    pub audience: &'static str,
    pub scope: String,
    pub at: i64,
    pub seconds: i64,
    pub run: String,
}

/// A span of an agent's run.
pub struct Span<'a> {
    pub trace: &'a str,
    pub span: &'a str,
    pub parent: Option<&'a str>,
    pub agent: &'a str,
    pub run: &'a str,
    pub parent_run: Option<&'a str>,
    pub person: Option<&'a str>,
    pub trigger: Option<&'a str>,
    pub at: i64,
    pub seconds: i64,
}

pub struct Logs {
    gateway: BufWriter<File>,
    tokens: BufWriter<File>,
    traces: BufWriter<File>,
    github: BufWriter<File>,
    cloud: BufWriter<File>,
    okta: BufWriter<File>,
}

impl Logs {
    pub fn create(folder: &Path) -> Result<Logs> {
        let open =
            |name: &str| Ok::<_, std::io::Error>(BufWriter::with_capacity(1 << 18, File::create(folder.join(name))?));
        Ok(Logs {
            gateway: open("gateway.ndjson")?,
            tokens: open("sts-tokens.ndjson")?,
            traces: open("traces.otlp.jsonl")?,
            github: open("github-audit.jsonl")?,
            cloud: open("cloudtrail.jsonl")?,
            okta: open("okta-system-log.jsonl")?,
        })
    }

    pub fn close(mut self) -> Result<()> {
        for log in
            [&mut self.gateway, &mut self.tokens, &mut self.traces, &mut self.github, &mut self.cloud, &mut self.okta]
        {
            log.flush()?;
        }
        Ok(())
    }

    /// Writes a call and gives its id.
    pub fn call(&mut self, dice: &mut Dice, c: &Call<'_>) -> Result<String> {
        let id = format!("gw-{}", dice.hex(12));
        let Tool { service, action, thing } = c.tool;
        let effect = if c.status == "denied" { "deny" } else { "allow" };
        let evaluated = c.evaluated.iter().map(|e| format!("\"{e}\"")).collect::<Vec<_>>().join(",");
        let at = time::rfc3339(c.at);
        write!(
            self.gateway,
            r#"{{"time":"{at}","id":"{id}","service":"{service}","tool":"{action}","resource":{{"type":"{thing}","id":"{thing}/{}"}},"#,
            c.thing
        )?;
        match c.amount {
            Some(amount) => write!(self.gateway, r#""args":{{"amount":{amount}}},"#)?,
            None => write!(self.gateway, r#""args":{{}},"#)?,
        }
        write!(
            self.gateway,
            r#""status":"{}","caller":{{"client_id":"{}","kind":"{}"}},"#,
            c.status, c.caller, c.kind
        )?;
        match c.person {
            Some(person) => write!(self.gateway, r#""on_behalf_of":{{"sub":"{person}"}},"#)?,
            None => write!(self.gateway, r#""on_behalf_of":null,"#)?,
        }
        write!(self.gateway, r#""decision":{{"effect":"{effect}","evaluated":[{evaluated}],"policy":"p-{action}"}},"#)?;
        let (net, host) = (dice.next() % 8, dice.next() % 20);
        write!(
            self.gateway,
            r#""client":{{"ip":"10.20.{net}.{}","ua":"agent-runtime/2.4","host":"{}-{host:02}"}}"#,
            host + 1,
            c.caller
        )?;
        if let Some(run) = c.run {
            write!(self.gateway, r#","run":{{"id":"{run}"}}"#)?;
        }
        if let Some(token) = c.token {
            write!(
                self.gateway,
                r#","token":{{"jti":"{}","aud":"{}","scope":"{}"}}"#,
                token.jti, token.audience, token.scope
            )?;
        }
        self.gateway.write_all(b"}\n")?;
        Ok(id)
    }

    pub fn token(&mut self, t: &Token) -> Result<()> {
        let (issued, expires) = (t.at / time::SECOND, t.at / time::SECOND + t.seconds);
        writeln!(
            self.tokens,
            r#"{{"event":"token.exchange","time":"{}","jti":"{}","sub":"{}","aud":"{}","scope":"{}","iat":{issued},"exp":{expires},"iss":"https://sts.example.org","run_id":"{}","act":{{"sub":"{}"}}}}"#,
            time::rfc3339(t.at),
            t.jti,
            t.subject,
            t.audience,
            t.scope,
            t.run,
            t.agent
        )
    }

    pub fn span(&mut self, s: &Span<'_>) -> Result<()> {
        let attribute = |key: &str, value: &str| format!(r#"{{"key":"{key}","value":{{"stringValue":"{value}"}}}}"#);
        let mut attributes = vec![
            attribute("gen_ai.operation.name", "invoke_agent"),
            attribute("gen_ai.agent.id", s.agent),
            attribute("run_id", s.run),
        ];
        attributes.extend(s.parent_run.map(|run| attribute("parent_run_id", run)));
        attributes.extend(s.person.map(|person| attribute("enduser.id", person)));
        attributes.extend(s.trigger.map(|trigger| attribute("trigger", trigger)));
        let parent = s.parent.map(|p| format!(r#","parentSpanId":"{p}""#)).unwrap_or_default();
        writeln!(
            self.traces,
            r#"{{"resourceSpans":[{{"resource":{{"attributes":[]}},"scopeSpans":[{{"scope":{{"name":"agent-runtime"}},"spans":[{{"traceId":"{}","spanId":"{}","name":"invoke_agent {}","kind":1,"startTimeUnixNano":"{}","endTimeUnixNano":"{}","attributes":[{}],"status":{{}}{parent}}}]}}]}}]}}"#,
            s.trace,
            s.span,
            s.agent,
            time::nanos(s.at),
            time::nanos(s.at + s.seconds * time::SECOND),
            attributes.join(",")
        )
    }

    /// A push; with a token of the account's own from wherever its holder is just then, or from the office without one.
    pub fn push(&mut self, dice: &mut Dice, at: i64, actor: &str, with_token: bool) -> Result<String> {
        let (id, repo) = (dice.hex(22), dice.pick(&["shop", "infra", "api", "web"]));
        let own = hash(actor);
        // The office, at home, on the road, a telephone.
        let (net, ip) = if with_token { (dice.next() % 4 * (own % 50 + 1), own % 200) } else { (0, dice.next() % 200) };
        let token = if with_token {
            format!(
                r#","programmatic_access_type":"Personal access token (classic)","hashed_token":"{own:016x}","token_id":{}"#,
                own % 100_000
            )
        } else {
            String::new()
        };
        writeln!(
            self.github,
            r#"{{"@timestamp":{at},"_document_id":"{id}","action":"git.push","actor":"{actor}","actor_is_bot":false,"org":"example","repo":"example/{repo}","transport_protocol_name":"http","user":"{actor}","actor_ip":"198.51.{net}.{}","user_agent":"git/2.47.1","created_at":{at}{token}}}"#,
            ip + 10
        )?;
        Ok(id)
    }

    /// A call in the cloud: by a service of the provider, or by an engineer at a console.
    pub fn cloud(&mut self, dice: &mut Dice, at: i64, person: Option<&str>) -> Result<String> {
        let (id, event) = (dice.uuid(), dice.pick(&["GetObject", "ListObjectsV2", "HeadObject"]));
        let identity = match person {
            Some(email) => format!(
                r#"{{"type":"AssumedRole","principalId":"AROAX:{email}","arn":"arn:aws:sts::200000324679:assumed-role/AWSReservedSSO_Engineer_0a1b2c/{email}","accountId":"200000324679","accessKeyId":"ASIA{}","sessionContext":{{"sessionIssuer":{{"type":"Role","arn":"arn:aws:iam::200000324679:role/AWSReservedSSO_Engineer_0a1b2c","userName":"AWSReservedSSO_Engineer_0a1b2c"}}}}}}"#,
                dice.hex(16).to_uppercase()
            ),
            None => r#"{"type":"AWSService","invokedBy":"backup.amazonaws.com"}"#.into(),
        };
        let from = if person.is_some() { "198.51.100.9" } else { "backup.amazonaws.com" };
        writeln!(
            self.cloud,
            r#"{{"eventVersion":"1.09","eventTime":"{}","awsRegion":"eu-west-1","requestParameters":{{"bucketName":"b","key":"k"}},"responseElements":null,"requestID":"{}","eventID":"{id}","readOnly":true,"eventType":"AwsApiCall","recipientAccountId":"200000324679","eventSource":"s3.amazonaws.com","eventName":"{event}","userIdentity":{identity},"sourceIPAddress":"{from}","userAgent":"{from}"}}"#,
            time::whole_second(at),
            dice.uuid()
        )?;
        Ok(id)
    }

    pub fn sign_in(&mut self, dice: &mut Dice, at: i64, email: &str) -> Result<()> {
        writeln!(
            self.okta,
            r#"{{"uuid":"{}","published":"{}","eventType":"user.session.start","version":"0","severity":"INFO","displayMessage":"User login to Okta","actor":{{"id":"00u{}","type":"User","alternateId":"{email}","displayName":"{email}","detailEntry":null}},"client":{{"userAgent":{{"rawUserAgent":"Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/146.0 Safari/537.36","os":"Mac OS X","browser":"CHROME"}},"device":"Computer","ipAddress":"198.51.100.{}"}},"outcome":{{"result":"SUCCESS","reason":null}},"target":null,"transaction":{{"type":"WEB","id":"{}","detail":{{}}}}}}"#,
            dice.uuid(),
            time::rfc3339(at),
            hash(email),
            dice.next() % 200 + 10,
            dice.hex(20)
        )
    }
}

/// What stays the same of an account: its id at the identity provider, its token, its places.
fn hash(name: &str) -> u64 {
    name.bytes().fold(0xCBF2_9CE4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01B3))
}
