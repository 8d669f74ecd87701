//! Messages of a chat as model APIs and frameworks write them: a role with text, or with parts.

use sonic_rs::JsonValueTrait;

use super::super::json::{self, Json};
use super::super::transcript;
use super::Said;

/// Messages of one record that are read.
const MOST: usize = 2_000;
/// How deep lists of messages are looked for.
const DEPTH: usize = 4;
/// Values of one call's arguments that are read.
const VALUES: usize = 64;

/// Who speaks, by the word for the role.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    Person,
    Prompt,
    Tool,
    /// The model: what it says is nobody's instruction.
    Model,
}

impl Speaker {
    pub fn of(role: &str) -> Option<Speaker> {
        Some(match role.to_ascii_lowercase().as_str() {
            "user" | "human" | "humanmessage" | "customer" => Speaker::Person,
            "system" | "developer" | "systemmessage" => Speaker::Prompt,
            "tool" | "function" | "toolmessage" | "functionmessage" | "tool_result" => Speaker::Tool,
            "assistant" | "ai" | "aimessage" | "model" | "agent" => Speaker::Model,
            _ => return None,
        })
    }

    pub fn says(self, text: String) -> Option<Said> {
        match self {
            Speaker::Person => Some(Said::Asked { text, person: true }),
            Speaker::Prompt => Some(Said::Asked { text, person: false }),
            Speaker::Tool => Some(Said::Output { tool: None, call: None, text }),
            Speaker::Model => None,
        }
    }
}

/// All messages in a value: a list of them, or an object that holds such lists.
pub fn messages(value: &Json) -> Vec<Said> {
    let mut said = Vec::new();
    look(value, 0, &mut said);
    said
}

fn look(value: &Json, depth: usize, said: &mut Vec<Said>) {
    if depth > DEPTH || said.len() >= MOST {
        return;
    }
    if message(value, said) {
        return;
    }
    for item in json::items(Some(value)) {
        look(item, depth + 1, said);
    }
    for (_, inner) in json::members(Some(value)) {
        if inner.is_array() || inner.is_object() {
            look(inner, depth + 1, said);
        }
    }
}

/// One message, in the forms of OpenAI, Anthropic, LangChain and the GenAI conventions.
fn message(value: &Json, said: &mut Vec<Said>) -> bool {
    let kind = json::items(json::at(value, "/id")).last().and_then(|word| word.as_str());
    let role = json::first_text(value, &["/role", "/message/role", "/kwargs/type"])
        .or_else(|| kind.map(String::from))
        .or_else(|| json::at(value, "/content").and_then(|_| json::text(value, "/type")));
    let Some(speaker) = role.and_then(|role| Speaker::of(&role)) else { return false };
    let places = ["/content", "/parts", "/message/content", "/kwargs/content"];
    let content = places.iter().find_map(|p| json::at(value, p));
    let call = json::first_text(value, &["/tool_call_id", "/kwargs/tool_call_id", "/message/tool_call_id", "/id"]);
    let tool = json::first_text(value, &["/name", "/kwargs/name"]);
    let mut plain = Vec::new();
    for part in json::items(content.filter(|c| c.is_array())) {
        match json::text(part, "/type").as_deref() {
            // A tool's answer stands as a part under the user's role in some APIs.
            Some("tool_call_response" | "tool_result" | "tool-result" | "function_call_output") => {
                let call = json::first_text(part, &["/id", "/tool_use_id", "/toolCallId", "/call_id"]);
                let tool = json::first_text(part, &["/name", "/toolName"]).or_else(|| tool.clone());
                let places = ["/response", "/result", "/content", "/output", "/text"];
                if let Some(text) = places.iter().find_map(|p| json::at(part, p)).and_then(words) {
                    said.push(Said::Output { tool, call, text });
                }
            }
            Some("tool_call" | "tool_use" | "tool-call" | "function_call" | "reasoning" | "thinking") => {}
            _ => plain.extend(words(part)),
        }
    }
    let text = match content {
        Some(content) if content.is_array() => (!plain.is_empty()).then(|| plain.join("\n")),
        Some(content) => words(content),
        None => None,
    };
    match (speaker, text) {
        (Speaker::Tool, Some(text)) => said.push(Said::Output { tool, call, text }),
        (speaker, Some(text)) => said.extend(speaker.says(text)),
        (_, None) => {}
    }
    true
}

/// The words of a value: text, a part with text, else the value as it is written.
pub fn words(value: &Json) -> Option<String> {
    let part = json::first_text(value, &["/text", "/content", "/message_content/text", "/kwargs/content"]);
    let text = part.or_else(|| transcript::text_of(Some(value)).filter(|t| !t.is_empty()));
    text.or_else(|| (value.is_object() || value.is_array()).then(|| value.to_string()))
}

/// What a root's input asks, where it is no list of messages.
pub fn asked(input: &Json) -> Option<Said> {
    let keys = ["/input", "/question", "/query", "/prompt", "/task", "/user_input", "/message", "/content", "/text"];
    let text = json::scalar(input).or_else(|| json::first_text(input, &keys))?;
    Some(Said::Asked { text, person: true })
}

/// A tool call as a model writes it.
pub fn call(value: &Json, id: Option<String>) -> Option<Said> {
    let tool = json::first_text(value, &["/function/name", "/function", "/name", "/tool_name", "/tool"])?;
    let places = ["/function/arguments", "/args", "/arguments", "/input", "/function/args", "/parameters"];
    let arguments = places.iter().find_map(|p| json::at(value, p));
    Some(Said::Call { tool, call: id, values: arguments.map(values).unwrap_or_default() })
}

/// The values of a call's arguments, at any depth.
pub fn values(arguments: &Json) -> Vec<String> {
    let mut out = Vec::new();
    let parsed = json::nested(arguments).ok().flatten();
    gather(parsed.as_ref().unwrap_or(arguments), 0, &mut out);
    out
}

fn gather(value: &Json, depth: usize, out: &mut Vec<String>) {
    if depth > DEPTH || out.len() >= VALUES {
        return;
    }
    for item in json::items(Some(value)) {
        gather(item, depth + 1, out);
    }
    for (_, inner) in json::members(Some(value)) {
        gather(inner, depth + 1, out);
    }
    if !value.is_boolean() {
        out.extend(json::scalar(value));
    }
}
