use super::*;

fn asked(text: &str, person: bool) -> Said {
    Said::Asked { text: text.into(), person }
}

fn output(tool: Option<&str>, call: Option<&str>, text: &str) -> Said {
    Said::Output { tool: tool.map(String::from), call: call.map(String::from), text: text.into() }
}

fn of(source: &str, record: &str, tool_span: bool, root: bool) -> Vec<Said> {
    said(source, record.as_bytes(), None, tool_span, root).said
}

#[test]
fn turns_of_a_transcript_stand_in_their_order() {
    let around = br#"{"run":"r","piece":"message","position":3,"role":"tool","tool_call":"c1"}"#;
    let found = said("agentdojo", br#"{"role":"tool","content":"Total 9"}"#, Some(around), false, false);
    assert_eq!((found.place, found.said), (Some((3, 0)), vec![output(None, Some("c1"), "Total 9")]));
    let around = br#"{"run":"r","piece":"call","position":4,"part":1,"role":"assistant","tool_call":"c2"}"#;
    let record = br#"{"id":"c2","function":"send_money","args":{"to":["X1"],"amount":9}}"#;
    let found = said("agentdojo", record, Some(around), true, false);
    let call = Said::Call { tool: "send_money".into(), call: Some("c2".into()), values: vec!["X1".into(), "9".into()] };
    assert_eq!((found.place, found.said), (Some((4, 1)), vec![call]));
    let around = br#"{"run":"r","piece":"message","position":1,"role":"assistant"}"#;
    assert!(
        said("tau_bench", br#"{"role":"assistant","content":"I will"}"#, Some(around), false, false).said.is_empty()
    );
}

#[test]
fn genai_messages_in_parts_and_in_numbers() {
    let parts = r#"{"attributes":[{"key":"gen_ai.system_instructions","value":{"stringValue":"[{\"type\":\"text\",\"content\":\"Be kind\"}]"}},
      {"key":"gen_ai.input.messages","value":{"stringValue":"[{\"role\":\"user\",\"parts\":[{\"type\":\"text\",\"content\":\"Pay it\"}]},{\"role\":\"assistant\",\"parts\":[{\"type\":\"tool_call\",\"id\":\"c1\",\"name\":\"read\",\"arguments\":{}}]},{\"role\":\"tool\",\"parts\":[{\"type\":\"tool_call_response\",\"id\":\"c1\",\"result\":\"Total 9\"}]}]"}}]}"#;
    assert_eq!(
        of("otel_traces", parts, false, false),
        vec![asked("Be kind", false), asked("Pay it", true), output(None, Some("c1"), "Total 9")]
    );
    let numbered = r#"{"attributes":{"llm.input_messages.0.message.role":"user","llm.input_messages.0.message.content":"Pay it",
      "llm.input_messages.1.message.role":"tool","llm.input_messages.1.message.content":"Total 9","llm.input_messages.1.message.tool_call_id":"c1"}}"#;
    assert_eq!(
        of("openinference", numbered, false, false),
        vec![asked("Pay it", true), output(None, Some("c1"), "Total 9")]
    );
    let apart = r#"{"attributes":{"llm":{"input_messages":[{"message":{"role":"user","content":"Pay it"}}]}}}"#;
    assert_eq!(of("openinference", apart, false, false), vec![asked("Pay it", true)]);
    let events = r#"{"events":[{"name":"gen_ai.tool.message","attributes":[{"key":"content","value":{"stringValue":"Total 9"}},{"key":"id","value":{"stringValue":"c1"}}]}]}"#;
    assert_eq!(of("otel_traces", events, false, false), vec![output(None, Some("c1"), "Total 9")]);
}

#[test]
fn a_tool_span_is_a_call_and_what_it_gave_back() {
    let span = r#"{"name":"execute_tool read_bill","attributes":{"gen_ai.tool.name":"read_bill","gen_ai.tool.call.id":"c1",
      "gen_ai.tool.call.arguments":"{\"file\":\"bill.txt\"}","gen_ai.tool.call.result":"Total 9"}}"#;
    let call = Said::Call { tool: "read_bill".into(), call: Some("c1".into()), values: vec!["bill.txt".into()] };
    assert_eq!(of("otel_traces", span, true, false), vec![call, output(Some("read_bill"), Some("c1"), "Total 9")]);
    let observation = r#"{"name":"read_bill","input":{"file":"bill.txt"},"output":"Total 9"}"#;
    let call = Said::Call { tool: "read_bill".into(), call: None, values: vec!["bill.txt".into()] };
    assert_eq!(of("langfuse", observation, true, false), vec![call, output(Some("read_bill"), None, "Total 9")]);
}

#[test]
fn chats_of_frameworks_and_the_input_of_a_root() {
    let chain = r#"{"inputs":{"messages":[[{"lc":1,"id":["langchain","schema","messages","HumanMessage"],"kwargs":{"content":"Pay it","type":"human"}},
      {"id":["langchain","schema","messages","ToolMessage"],"kwargs":{"content":"Total 9","tool_call_id":"c1","name":"read","type":"tool"}}]]}}"#;
    assert_eq!(
        of("langsmith_runs", chain, false, false),
        vec![asked("Pay it", true), output(Some("read"), Some("c1"), "Total 9")]
    );
    let anthropic = r#"{"input":[{"role":"user","content":[{"type":"tool_result","tool_use_id":"c1","content":[{"type":"text","text":"Total 9"}]},{"type":"text","text":"Go on"}]}]}"#;
    assert_eq!(
        of("langfuse", anthropic, false, false),
        vec![output(None, Some("c1"), "Total 9"), asked("Go on", true)]
    );
    assert_eq!(of("langfuse", r#"{"input":{"question":"Pay it"}}"#, false, true), vec![asked("Pay it", true)]);
    assert_eq!(of("langfuse", r#"{"input":{"question":"Pay it"}}"#, false, false), vec![]);
    assert!(of("langfuse", "no json", false, true).is_empty());
}
