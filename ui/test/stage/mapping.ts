import type { Check } from "../../src/bindings/Check";
import type { Learned } from "../../src/bindings/Learned";

const field = (pointer: string, example: string, looks: string[], candidates: [string, string][], records = 1204) => ({
  pointer,
  records,
  distinct: 40,
  types: ["text"],
  looks,
  example,
  candidates: candidates.map(([name, standing], at) => ({ field: name, standing, score: 90 - at * 20, why: "by its name and its values" })),
});

export const learned: Learned = {
  recognised: null,
  form: "JSON, one value a line",
  layout: "one record a line",
  records: 1204,
  broken: 2,
  kind: "call",
  fields: [
    field("/ts", "2026-03-04T15:40:04.366Z", ["a time"], [["time", "proposed"]]),
    field("/request_id", "gw-00a31f77c2be", ["an id, unique"], [["id", "proposed"], ["tool_call", "rival"]]),
    field("/tool", "claims.read", ["a word, 14 values"], [["action", "proposed"]]),
    field("/target/id", "claim/48213", ["an id"], [["resource", "proposed"]]),
    field("/status", "ok", ["a word, 3 values"], [["outcome", "proposed"]]),
    field("/caller/client", "cli_claims", ["an id"], [["wire", "proposed"], ["agent", "likely"]]),
    field("/caller/kind", "delegated", ["a word, 2 values"], [["wire_kind", "proposed"]]),
    field("/on_behalf_of", "lena.osei@fernhill.example", ["an e-mail address"], [["human", "proposed"]], 962),
    field("/run", "c9ac7f02-0b1e-4c1f-a3de-9f20c1d4e877", ["a UUID"], [["run", "proposed"], ["trace", "rival"]], 1188),
    field("/latency_ms", "212", ["a number"], []),
    field("/region", "eu-central-1", ["a word, 2 values"], [["service", "likely"]]),
  ],
  notes: ["Which word of /status is a refusal cannot be told from the sample: “denied” is proposed."],
  toml: `name = "gateway-march"
records = "ndjson"
kind = "call"
detect = ["/tool", "/caller/client"]
populated_by = "gateway"

[fields]
time = "/ts"
id = "/request_id"
action = "/tool"
resource = "/target/id"
outcome = { from = "/status", success = ["ok"], denied = ["denied"], error = ["error"] }
wire = "/caller/client"
wire_kind = { from = "/caller/kind", service = ["service"], delegated = ["delegated"] }
human = "/on_behalf_of"
run = "/run"
# trace = "/run"
`,
};

export function check(toml: string): Check {
  const named = [...toml.matchAll(/^([a-z_]+) = (?:\{ from = )?"\//gm)].map(([, name = ""]) => name);
  return {
    detected: "mapping:gateway-march",
    why: "all its pointers stand in the first records",
    chosen: named.includes("time"),
    records: 1204,
    events: 1202,
    entries: 0,
    kept: 0,
    rejected: 2,
    reasons: ["the line ends before its closing brace"],
    fields: named.map((name) => ({ field: name, filled: name === "human" ? 962 : name === "run" ? 1188 : 1204 })),
    unread: [{ field: "outcome", value: "throttled", records: 6, why: "none of its words" }],
    answers: [named.includes("human") ? "Who caused a call, where the gateway wrote the person." : "Nobody can be named from these records alone.", "Which run a call belongs to."],
    left: [{ pointer: "/latency_ms", records: 1204, example: "212" }],
  };
}
