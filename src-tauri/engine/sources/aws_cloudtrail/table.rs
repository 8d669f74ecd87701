//! CloudTrail saved as a table: by the console, by Athena and CloudTrail Lake, and by scripts.

use serde_json::{Map, Value};
use sonic_rs::JsonValueTrait;

use super::super::json::{self, Json};
use super::super::literal;
use super::super::nobody::somebody;
use super::super::{NotUnderstood, Recognition, Sample};
use crate::model::{Event, FilledBy, Outcome, Principal, Time, Wire, WireKind};

/// A row as the record that it was made of.
pub struct Row {
    pub record: Json,
    /// What the console calls the caller, where the row has no identity beside it.
    user: Option<String>,
    resource: Option<(String, Option<String>)>,
    /// A column for errors: without one, a row that has none says nothing of how the call ended.
    tells_errors: bool,
}

/// Columns by their name in small letters and digits, and the field of a record that they hold.
const COLUMNS: [(&str, &str); 25] = [
    ("additionaleventdata", "additionalEventData"),
    ("awsregion", "awsRegion"),
    ("errorcode", "errorCode"),
    ("errormessage", "errorMessage"),
    ("eventdatetime", "eventTime"),
    ("eventid", "eventID"),
    ("eventname", "eventName"),
    ("eventsource", "eventSource"),
    ("eventtime", "eventTime"),
    ("eventtype", "eventType"),
    ("eventversion", "eventVersion"),
    ("readonly", "readOnly"),
    ("recipientaccountid", "recipientAccountId"),
    ("requestid", "requestID"),
    ("requestparameters", "requestParameters"),
    ("requestuseragent", "userAgent"),
    ("resources", "resources"),
    ("responseelements", "responseElements"),
    ("serviceeventdetails", "serviceEventDetails"),
    ("sessioncredentialfromconsole", "sessionCredentialFromConsole"),
    ("sourceip", "sourceIPAddress"),
    ("sourceipaddress", "sourceIPAddress"),
    ("useragent", "userAgent"),
    ("userid", "userIdentity"),
    ("useridentity", "userIdentity"),
];

fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}

pub fn recognise(sample: &Sample<'_>) -> Option<Recognition> {
    let names: Vec<String> = sample.header.iter().map(|h| plain(h)).collect();
    let has = |name: &str| names.iter().any(|n| n == name);
    let cell = |row: &Json, name: &str| {
        json::members(Some(row)).find(|(key, _)| plain(key) == name).and_then(|(_, v)| json::scalar(v))
    };
    let from_aws = |row: &Json| cell(row, "eventsource").is_some_and(|s| s.ends_with(".amazonaws.com"));
    if has("eventname") && has("eventid") && has("username") && has("eventsource") {
        return sample.recognise(95, "the columns of CloudTrail's event history", from_aws);
    }
    if has("eventname") && has("eventsource") && names.iter().any(|n| n.starts_with("useridentity")) {
        return sample.recognise(96, "the columns of a CloudTrail table", from_aws);
    }
    if has("eventname") && has("eventid") && (has("userid") || has("useridentity")) && has("requestparameters") {
        return sample.recognise(93, "event name, event id, request parameters and an AWS identity", |row| {
            let identity = cell(row, "userid").or_else(|| cell(row, "useridentity")).and_then(|c| literal::parse(&c));
            identity.is_some_and(|i| i.get("type").is_some() && i.get("accountId").is_some())
        });
    }
    None
}

pub fn read(header: &[String], cells: &Json) -> Result<Row, NotUnderstood> {
    let mut record = Map::new();
    let mut identity = Map::new();
    let (mut user, mut key, mut resource, mut kind) = (None, None, None, None);
    for (column, cell) in json::members(Some(cells)) {
        let name = plain(column);
        if let Some(path) = column.to_ascii_lowercase().strip_prefix("useridentity_") {
            put(&mut identity, &path.split('_').collect::<Vec<_>>(), value(cell)?);
            continue;
        }
        let text = json::scalar(cell).filter(|t| somebody(t).is_ok());
        match name.as_str() {
            "username" => user = text,
            "awsaccesskey" | "accesskeyid" => key = text,
            "resourcename" => resource = text,
            "resourcetype" => kind = text,
            _ => {
                let Some((_, field)) = COLUMNS.iter().find(|(n, _)| *n == name) else { continue };
                let cell = value(cell)?;
                let cell = match (*field, cell) {
                    (_, Value::Null) => continue,
                    ("userIdentity", Value::String(_)) => {
                        return Err(NotUnderstood::broken("the identity of the row is no value"));
                    }
                    ("eventTime", Value::String(text)) => Value::String(time(text)),
                    (_, cell) => cell,
                };
                record.entry(*field).or_insert(cell);
            }
        }
    }
    if !identity.is_empty() {
        record.entry("userIdentity").or_insert(Value::Object(identity));
    }
    if !record.contains_key("eventSource") {
        record.insert("eventSource".into(), source(&record).unwrap_or_default().into());
    }
    if record.contains_key("userIdentity") {
        user = None;
    } else if let Some(found) = iam_user(user.as_deref(), key.as_deref(), record.get("recipientAccountId")) {
        record.insert("userIdentity".into(), found);
        user = None;
    } else if let Some(key) = key {
        record.insert("userIdentity".into(), serde_json::json!({ "accessKeyId": key }));
    }
    let columns = header.iter().map(|h| plain(h));
    let tells_errors = columns.into_iter().any(|c| c == "errorcode");
    let text = Value::Object(record).to_string();
    let record = json::parse(text.as_bytes()).map_err(NotUnderstood::broken)?;
    Ok(Row { record, user, resource: resource.map(|r| (r, kind)), tells_errors })
}

/// A cell's value: what it prints, where it prints one.
fn value(cell: &Json) -> Result<Value, NotUnderstood> {
    let Some(text) = cell.as_str() else {
        return serde_json::from_str(&cell.to_string()).map_err(|e| NotUnderstood::broken(e.to_string()));
    };
    // `null` and `None` are what programs print for nothing.
    if matches!(text.trim(), "" | "-" | "null" | "None" | "NULL") {
        return Ok(Value::Null);
    }
    Ok(literal::parse(text).filter(|v| v.is_object() || v.is_array()).unwrap_or_else(|| Value::from(text)))
}

fn put(into: &mut Map<String, Value>, path: &[&str], value: Value) {
    match path {
        [] => {}
        _ if value.is_null() => {}
        [last] => {
            into.entry(*last).or_insert(value);
        }
        [first, rest @ ..] => {
            if let Value::Object(inner) = into.entry(*first).or_insert_with(|| Value::Object(Map::new())) {
                put(inner, rest, value);
            }
        }
    }
}

/// `July 10, 2023, 14:05:00 (UTC+02:00)`, as the console shows a time.
fn time(text: String) -> String {
    let shown = chrono::DateTime::parse_from_str(text.trim(), "%B %d, %Y, %H:%M:%S (UTC%:z)");
    shown.ok().map(|t| Time(t.timestamp_micros()).to_rfc3339()).unwrap_or(text)
}

/// A row without a source: S3 alone has buckets among its parameters and the host that was asked.
fn source(record: &Map<String, Value>) -> Option<&'static str> {
    let parameters = record.get("requestParameters")?;
    let host = parameters.get("Host")?.as_str()?;
    (parameters.get("bucketName").is_some() && host.contains("s3") && host.contains(".amazonaws.com"))
        .then_some("s3.amazonaws.com")
}

/// The console writes one name for users and for sessions of roles, whose names their callers choose. A long-lived key
/// is a user's, and with the account the name is one.
fn iam_user(user: Option<&str>, key: Option<&str>, account: Option<&Value>) -> Option<Value> {
    let (user, key, account) = (user?, key?, account?.as_str()?);
    (key.starts_with("AKIA") && user != "root")
        .then(|| serde_json::json!({"type": "IAMUser", "userName": user, "accountId": account, "accessKeyId": key}))
}

impl Row {
    /// What the row says beyond a record, and what it leaves out.
    pub fn finish(self, event: &mut Event) {
        if let (None, Some(user)) = (&event.wire, self.user) {
            // Its own namespace, also where it has the shape of an address: whoever called may have chosen it.
            let principal = Principal { namespace: "aws-name".into(), id: user };
            event.wire = Some(Wire { principal, kind: WireKind::Unknown, by: FilledBy::Platform });
        }
        if event.service.as_deref() == Some("") {
            event.service = None;
            event.action = event.action.take().map(|a| a.trim_start_matches(':').to_string());
        }
        if let (None, Some((resource, kind))) = (&event.resource, self.resource) {
            (event.resource, event.resource_type) = (Some(resource), kind);
        }
        if !self.tells_errors && event.outcome == Outcome::Success {
            event.outcome = Outcome::Unknown;
            event.decision = None;
        }
    }
}
