//! Closed lists: by which names fields go, and what words of outcomes, decisions and kinds mean.

use super::super::Field;

/// How a field of an event is recognised by name. Names are in lower case without separators.
pub struct Names {
    pub field: Field,
    /// Names of the field itself, the likeliest first. `id`, `name` and their like count by what they stand under.
    pub names: &'static [&'static str],
    /// Names of what the field stands under, where its own name is as general as `id`.
    pub under: &'static [&'static str],
    /// General names that count under `under`.
    pub general: &'static [&'static str],
    /// Words in its own name, or in the name that it stands under, with which it is something else.
    pub never: &'static [&'static str],
}

const ANY: &[&str] = &["id", "name", "no", "number", "ref", "key", "value"];
const WHO: &[&str] = &[
    "id",
    "name",
    "login",
    "sub",
    "subject",
    "email",
    "mail",
    "user",
    "username",
    "clientid",
    "app",
    "upn",
    "principal",
];

macro_rules! names {
    ($($field:ident: [$($name:literal)*] under [$($under:literal)*] $general:expr, never [$($never:literal)*];)*) => {
        pub const NAMES: &[Names] = &[$(Names {
            field: Field::$field, names: &[$($name),*], under: &[$($under),*], general: $general, never: &[$($never),*],
        }),*];
    };
}

names! {
    Time: ["time" "timestamp" "ts" "at" "eventtime" "datetime" "when" "occurredat" "occurred" "createdat" "created" "loggedat" "date" "starttime" "startedat" "start" "requesttime" "receivedat" "creationtime" "timegenerated" "eventtimestamp" "eventdatetime" "activitydatetime" "createddatetime"]
        under ["event" "request"] &["time", "at", "date"],
        never ["end" "ended" "expires" "expiry" "exp" "updated" "modified" "finished" "completed" "due" "birth" "dob" "until" "nbf" "valid" "closed" "deleted" "departure" "arrival" "user" "account" "password" "update" "updates"];
    End: ["end" "endtime" "endedat" "finishedat" "completedat" "ended" "finished" "stoptime"] under [] &[], never ["expires" "valid"];
    Id: ["id" "uuid" "eventid" "recordid" "logid" "entryid" "auditid" "requestid" "ref" "no" "reference" "seq" "sequence" "messageid"]
        under ["event" "record" "entry" "log" "audit" "meta" "metadata"] ANY,
        never ["run" "span" "trace" "user" "session" "token" "job" "client" "caller" "actor" "agent" "order" "customer" "resource" "object" "parent" "policy"];
    Tenant: ["tenant" "tenantid" "org" "orgid" "organization" "organizationid" "workspace" "workspaceid"] under ["tenant" "org" "organization"] ANY, never [];
    Service: ["service" "servicename" "system" "application" "product" "component" "module" "backend" "platform" "app" "api"] under ["service" "system" "application"] &["name", "id"],
        never ["version" "account" "by" "caller" "client" "actor" "type"];
    Action: ["tool" "toolname" "action" "operation" "operationname" "op" "verb" "function" "functionname" "method" "eventname" "event" "eventtype" "activity" "command" "what"]
        under ["tool" "action" "operation" "function"] &["name", "type"], never ["id" "decision" "policy" "status" "time"];
    Resource: ["resource" "resourceid" "resourcename" "object" "objectid" "target" "targetid" "entity" "entityid" "uri" "url" "path" "document" "documentid" "file" "filename" "item" "itemid" "order" "orderid"]
        under ["resource" "object" "target" "entity" "document" "file"] &["id", "name", "object", "path", "key", "ref", "uri"],
        never ["type" "kind" "system" "service" "status" "user" "email"];
    ResourceType: ["resourcetype" "objecttype" "targettype" "entitytype" "resourcekind"] under ["resource" "object" "target" "entity"] &["type", "kind"], never [];
    Outcome: ["outcome" "status" "result" "statuscode" "responsecode" "code" "httpstatus" "success" "succeeded" "ok" "state"]
        under ["response" "outcome" "result" "status"] &["code", "status", "result", "value", "type"],
        never ["decision" "ruling" "policy" "approval" "authz" "country" "zip" "currency"];
    Wire: ["caller" "callerid" "clientid" "client" "actor" "actorid" "principal" "principalid" "bearer" "serviceaccount" "identity" "consumer" "requester" "appid" "azp"]
        under ["caller" "client" "actor" "principal" "bearer" "by" "identity" "requester" "consumer"] WHO,
        never ["ip" "ua" "host" "kind" "type" "sort" "version" "agent" "behalf" "for" "approved"];
    WireKind: ["callertype" "callerkind" "actortype" "clienttype" "principaltype" "identitytype" "usertype"]
        under ["caller" "client" "actor" "principal" "bearer" "by" "identity" "requester" "consumer"] &["type", "kind", "sort", "class"], never ["resource"];
    Agent: ["agent" "agentid" "agentname" "assistant" "assistantid" "bot" "botid" "copilot"] under ["agent" "assistant" "bot"] ANY,
        never ["user" "string" "run" "ua" "version" "type" "kind" "session"];
    Human: ["onbehalfof" "user" "userid" "useremail" "username" "human" "person" "employee" "employeeid" "actingfor" "initiator" "initiatedby" "enduser" "email" "login" "staff" "upn"]
        under ["onbehalfof" "actingfor" "user" "for" "enduser" "human" "person" "initiator" "employee" "behalf" "staff"] WHO,
        never ["actor" "principal" "bearer" "identity" "requester" "consumer" "deleted" "invitee" "agent" "approver" "approved" "recipient" "to" "customer" "patient" "manager" "owner" "target" "reviewer" "assignee" "passenger" "type" "kind"];
    Run: ["run" "runid" "agentrunid" "agentrun" "jobid" "job" "executionid" "execution" "invocationid" "workflowid" "workflowrunid" "taskid"]
        under ["run" "job" "execution" "workflow" "errand" "task" "invocation"] ANY,
        never ["parent" "spawned" "type" "kind" "status" "name" "title"];
    ParentRun: ["parentrun" "parentrunid" "spawnedby" "parentjob" "parentjobid" "parentexecutionid" "parenttaskid"]
        under ["run" "job" "execution" "workflow" "errand" "task"] &["parent", "parentid"], never ["span"];
    Conversation: ["conversation" "conversationid" "thread" "threadid" "chatid" "dialogid"] under ["conversation" "thread" "chat"] ANY, never [];
    Trace: ["traceid" "trace"] under ["trace"] &["id"], never ["parent" "span"];
    Span: ["spanid" "span"] under ["span"] &["id"], never ["parent"];
    ParentSpan: ["parentspanid" "parentspan" "parentid"] under ["span" "trace"] &["parent", "parentid"], never ["run" "job"];
    ToolCall: ["toolcallid" "callid" "toolcall" "tooluseid"] under ["toolcall"] ANY, never [];
    Session: ["sessionid" "session" "sid"] under ["session"] ANY, never ["name"];
    Token: ["jti" "tokenid" "uti" "jwtid"] under ["token" "pass" "jwt" "accesstoken"] &["id", "no", "number", "ref"], never ["type" "count" "kind"];
    Credential: ["keyid" "apikeyid" "accesskeyid" "patid" "credentialid"] under ["credential" "apikey" "key"] &["id"], never [];
    Audience: ["aud" "audience" "resourceserver"] under ["token" "pass" "jwt"] &["for", "aud", "audience"], never [];
    Scope: ["scope" "scopes" "scp" "grantedscopes"] under ["token" "pass" "jwt"] &["may", "scope", "scopes", "permissions"], never [];
    Decision: ["decision" "verdict" "ruling" "authorized" "allowed" "permitted" "authorization" "effect"]
        under ["decision" "ruling" "authz" "authorization" "policy" "pdp" "verdict"] &["effect", "answer", "result", "outcome", "allow", "allowed", "decision"], never [];
    Evaluated: ["evaluated" "evaluatedsubjects" "judged" "evaluatedprincipals"] under ["decision" "ruling" "authz" "authorization"] &["subjects", "principals", "subject", "judged"], never [];
    Policy: ["policy" "policyid" "policyname" "matchedpolicy" "rule" "ruleid"] under ["decision" "ruling" "authz" "policy"] &["id", "rule", "policy", "name"], never [];
    SourceIp: ["sourceip" "ip" "clientip" "ipaddress" "remoteaddr" "remoteip" "addr" "address" "srcip" "sourceaddress"] under [] &[], never ["server" "destination" "dst"];
    UserAgent: ["useragent" "ua" "agentstring" "clientagent"] under [] &[], never [];
    Host: ["host" "hostname" "node" "machine" "server" "pod" "instance" "workstation"] under ["host"] ANY, never [];
    Interactive: ["interactive" "isinteractive"] under [] &[], never [];
    Trigger: ["trigger" "triggeredby" "triggertype"] under ["trigger"] &["type", "name"], never [];
    // Of a token record.
    Subject: ["sub" "subject"] under [] &[], never ["type"];
    Issuer: ["iss" "issuer"] under [] &[], never [];
    IssuedAt: ["iat" "issuedat" "issued"] under [] &[], never [];
    NotBefore: ["nbf" "notbefore"] under [] &[], never [];
    Expires: ["exp" "expires" "expiresat" "expiry"] under [] &[], never [];
    // Of an approval.
    RequestedBy: ["requestedby" "requester"] under [] &[], never [];
    ApprovedBy: ["approvedby" "approver"] under ["approver"] WHO, never [];
    // Of a person or an entitlement.
    Email: ["email" "mail" "emailaddress" "workemail" "upn"] under [] &[], never [];
    Name: ["name" "displayname" "fullname"] under [] &[], never [];
    Type: ["type" "kind" "employeetype"] under [] &[], never [];
    Status: ["status" "state" "employmentstatus"] under [] &[], never [];
    Start: ["start" "startdate" "hired" "hiredate" "joined"] under [] &[], never [];
    Department: ["department" "dept" "team" "unit"] under [] &[], never [];
    Manager: ["manager" "managerid" "reportsto"] under [] &[], never [];
    Principal: ["principal" "user" "role" "group" "grantee" "subject"] under [] &[], never [];
    Effect: ["effect"] under [] &[], never [];
    Condition: ["condition" "conditions"] under [] &[], never [];
    ValidFrom: ["validfrom" "from" "startdate" "start"] under [] &[], never [];
    ValidTo: ["validto" "to" "until" "enddate" "expires"] under [] &[], never [];
}

/// A meaning and the words for it, in lower case.
pub type Meanings = &'static [(&'static str, &'static [&'static str])];

pub const OUTCOMES: Meanings = &[
    (
        "success",
        &[
            "ok",
            "success",
            "succeeded",
            "successful",
            "done",
            "completed",
            "complete",
            "pass",
            "passed",
            "true",
            "executed",
            "200",
            "201",
            "202",
            "204",
            "304",
            "0",
        ],
    ),
    (
        "denied",
        &[
            "denied",
            "deny",
            "refused",
            "forbidden",
            "unauthorized",
            "unauthorised",
            "blocked",
            "rejected",
            "not_allowed",
            "access_denied",
            "permission_denied",
            "401",
            "403",
        ],
    ),
    (
        "error",
        &[
            "error",
            "failed",
            "failure",
            "fail",
            "exception",
            "timeout",
            "timed_out",
            "aborted",
            "crashed",
            "400",
            "404",
            "409",
            "422",
            "429",
            "500",
            "502",
            "503",
            "504",
        ],
    ),
];

pub const DECISIONS: Meanings = &[
    ("allow", &["allow", "allowed", "permit", "permitted", "grant", "granted", "approve", "approved", "true", "yes"]),
    (
        "deny",
        &[
            "deny",
            "denied",
            "forbid",
            "forbidden",
            "refuse",
            "refused",
            "reject",
            "rejected",
            "false",
            "no",
            "block",
            "blocked",
        ],
    ),
];

pub const KINDS: Meanings = &[
    ("human", &["user", "human", "person", "staff", "employee", "member"]),
    (
        "service",
        &[
            "service",
            "machine",
            "app",
            "application",
            "service_account",
            "serviceaccount",
            "system_account",
            "client",
            "workload",
            "robot",
        ],
    ),
    ("delegated", &["delegated", "lent", "on_behalf_of", "obo", "user_delegated", "delegate"]),
    ("agent", &["agent", "ai_agent", "assistant", "bot", "copilot"]),
    ("system", &["system", "internal", "platform"]),
    ("shared", &["shared"]),
];

pub const HTTP_VERBS: &[&str] = &["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"];
pub const SIGN_INS: &[&str] = &[
    "login",
    "logon",
    "signin",
    "sign_in",
    "sign-in",
    "authenticate",
    "authentication",
    "user.login",
    "logout",
    "sign_out",
];
pub const HEARTBEATS: &[&str] =
    &["heartbeat", "ping", "health", "healthcheck", "keepalive", "metric", "metrics", "debug"];

/// The meaning of a word.
pub fn meaning(meanings: Meanings, word: &str) -> Option<&'static str> {
    let word = word.to_lowercase().replace(' ', "_");
    meanings.iter().find(|(_, words)| words.contains(&word.as_str())).map(|(meaning, _)| *meaning)
}

/// A status as HTTP writes it: mappings understand it without a table.
pub fn is_http(word: &str) -> bool {
    word.len() == 3 && word.parse::<u16>().is_ok_and(|code| (100..600).contains(&code))
}
