//! The words on a span: attributes of the GenAI conventions and of OpenInference, and events with messages.

use std::collections::BTreeMap;

use super::super::json::{self, Json};
use super::super::otel_traces;
use super::Said;
use super::chat::{self, Speaker};

const ATTRIBUTES: [&str; 5] = ["/attributes", "/tags", "/tag", "/SpanAttributes", "/_attributes"];
/// Attributes that hold a list of messages, as JSON.
const LISTS: [&str; 6] = [
    "gen_ai.system_instructions",
    "gen_ai.input.messages",
    "gen_ai.prompt",
    "gen_ai.content.prompt",
    "ai.prompt.messages",
    "llm.prompts",
];
/// Attributes with one message each, numbered: `PREFIX.N.role`, `PREFIX.N.message.content`.
const NUMBERED: [&str; 2] = ["gen_ai.prompt.", "llm.input_messages."];
const ARGUMENTS: [&str; 6] = [
    "gen_ai.tool.call.arguments",
    "tool.parameters",
    "ai.toolCall.args",
    "tool_call.function.arguments",
    "input.value",
    "traceloop.entity.input",
];
const RESULTS: [&str; 5] =
    ["gen_ai.tool.call.result", "ai.toolCall.result", "output.value", "traceloop.entity.output", "tool.result"];
const TOOLS: [&str; 5] =
    ["gen_ai.tool.name", "tool.name", "mcp.tool.name", "ai.toolCall.name", "tool_call.function.name"];
const CALLS: [&str; 4] = ["gen_ai.tool.call.id", "tool_call.id", "ai.toolCall.id", "tool.call_id"];

/// Attributes of one span, or of one of its events, by name.
type Named = BTreeMap<String, Json>;

pub fn said(span: &Json, tool_span: bool, root: bool) -> Vec<Said> {
    let attributes = named(ATTRIBUTES.iter().find_map(|p| json::at(span, p)));
    if tool_span {
        let name = first(&attributes, &TOOLS).and_then(json::scalar);
        let name = name.or_else(|| json::first_text(span, &["/name", "/operationName", "/span_name"]));
        let call = first(&attributes, &CALLS).and_then(json::scalar);
        return tool(name, call, first(&attributes, &ARGUMENTS), first(&attributes, &RESULTS));
    }
    let mut said = messages(&attributes);
    for list in ["/events", "/logs"] {
        for event in json::items(json::at(span, list)) {
            let own = named(["/attributes", "/fields"].iter().find_map(|p| json::at(event, p)));
            said.extend(messages(&own));
            let name = json::first_text(event, &["/name"]).or_else(|| own.get("event").and_then(json::scalar));
            said.extend(name.and_then(|name| of_event(&name, &own)));
        }
    }
    if root && said.is_empty() {
        let input = ["input.value", "traceloop.entity.input"].iter().find_map(|key| attributes.get(*key));
        if let Some(input) = input {
            let parsed = json::nested(input).ok().flatten();
            said = chat::messages(parsed.as_ref().unwrap_or(input));
            if said.is_empty() {
                said.extend(chat::asked(parsed.as_ref().unwrap_or(input)));
            }
        }
    }
    said
}

/// A call with what it gave back.
pub fn tool(name: Option<String>, call: Option<String>, asked: Option<&Json>, answered: Option<&Json>) -> Vec<Said> {
    let Some(tool) = name else { return Vec::new() };
    let values = asked.map(chat::values).unwrap_or_default();
    let output = answered.and_then(|answer| {
        let parsed = json::nested(answer).ok().flatten();
        let places = ["/kwargs/content", "/output/content", "/output/kwargs/content", "/content", "/output", "/result"];
        let inner = parsed.as_ref().and_then(|p| places.iter().find_map(|place| json::at(p, place)));
        chat::words(inner.unwrap_or(answer))
    });
    let mut said = vec![Said::Call { tool: tool.clone(), call: call.clone(), values }];
    said.extend(output.map(|text| Said::Output { tool: Some(tool), call, text }));
    said
}

fn named(found: Option<&Json>) -> Named {
    let mut out = Named::new();
    otel_traces::each(found, &mut |key, value| {
        let wanted = |list: &[&str]| list.contains(&key);
        if wanted(&LISTS)
            || wanted(&ARGUMENTS)
            || wanted(&RESULTS)
            || wanted(&TOOLS)
            || wanted(&CALLS)
            || NUMBERED.iter().any(|prefix| key.starts_with(prefix))
            || ["content", "gen_ai.event.content", "id", "role", "event"].contains(&key)
        {
            out.entry(key.to_string()).or_insert_with(|| value.clone());
        }
    });
    out
}

fn first<'a>(attributes: &'a Named, keys: &[&str]) -> Option<&'a Json> {
    keys.iter().find_map(|key| attributes.get(*key))
}

fn messages(attributes: &Named) -> Vec<Said> {
    let mut said = Vec::new();
    for key in LISTS {
        let Some(value) = attributes.get(key) else { continue };
        let parsed = json::nested(value).ok().flatten();
        let list = parsed.as_ref().unwrap_or(value);
        if key == "gen_ai.system_instructions" {
            let text: Vec<String> = json::items(Some(list)).filter_map(chat::words).collect();
            let text = if text.is_empty() { json::scalar(list) } else { Some(text.join("\n")) };
            said.extend(text.and_then(|text| Speaker::Prompt.says(text)));
        } else {
            said.extend(chat::messages(list));
        }
    }
    for prefix in NUMBERED {
        said.extend(numbered(attributes, prefix));
    }
    said
}

/// Role, text and tool call id of one message.
type Parts = (Option<String>, Option<String>, Option<String>);

/// Messages whose members are attributes of their own.
fn numbered(attributes: &Named, prefix: &str) -> Vec<Said> {
    let mut found: BTreeMap<u64, Parts> = BTreeMap::new();
    for (key, value) in attributes.range(prefix.to_string()..) {
        let Some(rest) = key.strip_prefix(prefix) else { break };
        let Some((number, member)) = rest.split_once('.') else { continue };
        let (Ok(number), member) = (number.parse(), member.strip_prefix("message.").unwrap_or(member)) else {
            continue;
        };
        let slot = found.entry(number).or_default();
        match member {
            "role" => slot.0 = json::scalar(value),
            "tool_call_id" => slot.2 = json::scalar(value),
            "content" => slot.1 = chat::words(value),
            part if part.starts_with("contents.") && part.ends_with("text") => {
                let text = json::scalar(value).unwrap_or_default();
                slot.1 = Some(slot.1.take().map(|before| format!("{before}\n{text}")).unwrap_or(text));
            }
            _ => {}
        }
    }
    found
        .into_values()
        .filter_map(|(role, text, call)| match (Speaker::of(&role?)?, text?) {
            (Speaker::Tool, text) => Some(Said::Output { tool: None, call, text }),
            (speaker, text) => speaker.says(text),
        })
        .collect()
}

/// An event of the older GenAI convention: `gen_ai.user.message` and its like.
fn of_event(name: &str, own: &Named) -> Option<Said> {
    let role = name.strip_prefix("gen_ai.")?.strip_suffix(".message")?;
    let body = own.get("gen_ai.event.content").and_then(|v| json::nested(v).ok().flatten());
    let inner = body.as_ref().and_then(|b| json::at(b, "/content")).or_else(|| own.get("content"));
    let text = inner.and_then(chat::words).filter(|t| !t.is_empty())?;
    let call = body.as_ref().and_then(|b| json::text(b, "/id")).or_else(|| own.get("id").and_then(json::scalar));
    match Speaker::of(role)? {
        Speaker::Tool => Some(Said::Output { tool: None, call, text }),
        speaker => speaker.says(text),
    }
}
