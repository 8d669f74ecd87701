import { verdict, verdicts } from "./allowed";
import type { Completeness } from "../../src/bindings/Completeness";
import type { FileRow } from "../../src/bindings/FileRow";
import type { LossRow } from "../../src/bindings/LossRow";
import type { Overview } from "../../src/bindings/Overview";
import type { ReceiptRow } from "../../src/bindings/ReceiptRow";
import type { RawRecord } from "../../src/bindings/RawRecord";
import type { Timeline } from "../../src/bindings/Timeline";
import type { Who } from "../../src/bindings/Who";
import { type Call, calls, people, runs } from "./calls";
import { findings } from "./findings";

const sha = (text: string): string => {
  let h = 7;
  let out = "";
  for (let n = 0; n < 64; n += 1) {
    h = (Math.imul(h, 31) + text.charCodeAt(n % text.length) + n) >>> 0;
    out += (h % 16).toString(16);
  }
  return out;
};

const agents = calls.filter((call) => call.agent !== null);
const of = (list: Call[], grade: string[]) => list.filter((call) => call.grade !== null && grade.includes(call.grade)).length;
const refused = (list: Call[]) => list.filter((call) => call.grade === "X" && call.refusal !== "R6").length;
const contradicted = (list: Call[]) => list.filter((call) => call.refusal === "R6").length;
const automation = (list: Call[]) => list.filter((call) => call.grade === null).length;

export const SETS: Record<string, (call: Call) => boolean> = {
  all: () => true,
  attributed: (call) => call.grade === "A" || call.grade === "B",
  supported: (call) => call.grade === "C",
  refused: (call) => call.grade === "X" && call.refusal !== "R6",
  contradicted: (call) => call.refusal === "R6",
  automation: (call) => call.grade === null,
  decided_on_person: (call) => call.pattern === "obo",
  both_principals: (call) => call.pattern === "hybrid",
  run_on_record: (call) => call.run !== null,
};

export const files: FileRow[] = [
  ["cloudtrail/2026-03/part-0001.json.gz", "aws_cloudtrail", "its records hold eventSource, eventName and userIdentity", 812, 806, 6, 0, 4_812_334],
  ["cloudtrail/2026-03/part-0002.json.gz", "aws_cloudtrail", "its records hold eventSource, eventName and userIdentity", 640, 640, 0, 0, 3_977_120],
  ["gateway/tool-gateway-march.ndjson", "mapping:tool-gateway", "the mapping's pointers /tool and /decision stand in its first records", 1204, 1190, 12, 2, 1_630_220],
  ["github/audit-2026-03.json", "github_audit", "its entries hold @timestamp, action and actor", 211, 211, 0, 0, 220_004],
  ["m365/AuditLog_20260328.csv", "microsoft365_audit", "its header holds AuditData", 388, 386, 0, 2, 904_811],
  ["traces/agents.otlp.json.zst", "opentelemetry", "it wraps resourceSpans", 2906, 2906, 0, 0, 7_340_992],
  ["hr/directory.csv", "directory", "its header is that of a directory", 61, 61, 0, 0, 9_120],
  ["iam/entitlements.csv", "entitlements", "its header is that of entitlements", 148, 147, 0, 1, 14_220],
].map(([path, format, why, read, kept, duplicates, rejected, bytes]) => ({
  path: String(path),
  format: String(format),
  why: String(why),
  read: Number(read),
  kept: Number(kept),
  duplicates: Number(duplicates),
  rejected: Number(rejected),
  bytes: Number(bytes),
  sha256: sha(String(path)),
  imported_at: "2026-04-02T09:14:22Z",
  first: String(path).endsWith("directory.csv") ? null : "2026-03-02T00:03:11Z",
  last: String(path).endsWith("directory.csv") ? null : "2026-03-27T23:41:50Z",
  reconciles: true,
}));

export const completeness: Completeness = {
  sources: [
    { source: "mapping:tool-gateway", records: 3878, first: "2026-03-02T07:35:51Z", last: "2026-03-31T17:02:10Z", too_few_to_judge: false },
    { source: "receipts", records: 3, first: null, last: null, too_few_to_judge: true },
  ],
  holes: [],
  overlaps: [],
  clocks: [],
  digests: null,
  sentences: ["gateway-1.ndjson and gateway-2.ndjson hold 25 records in common; each counts once."],
};

export const receipts: ReceiptRow[] = [
  {
    path: "exports/gateway-1.ndjson",
    format: "mapping:tool-gateway",
    read: 1939,
    standing: "differs",
    sentence: "The source claims 2000 records, but 1939 were read from it: ask for the export again.",
    receipt: {
      record: "sha256:0011223344556677",
      file: "gateway-1.ndjson",
      system: "tool gateway",
      tenant: null,
      query: null,
      period_from: null,
      period_to: null,
      exporter: null,
      method: null,
      received: null,
      received_from: "IT operations",
      claimed: 2000,
      read: 1939,
      files: 1,
    },
  },
  {
    path: "exports/directory.csv",
    format: "directory",
    read: 29,
    standing: "missing",
    sentence: "No receipt says how this export was obtained.",
    receipt: null,
  },
];

export const losses: LossRow[] = [
  {
    code: "broken_record",
    severity: "error",
    help: "The bytes are not a whole record: the line is torn or damaged. Ask for the export again, or for the source's own copy of this entry.",
    file: "gateway/tool-gateway-march.ndjson",
    count: 2,
    places: [
      { line: 611, offset: 824_110, length: 402, detail: "the line ends inside a string" },
      { line: 1204, offset: 1_629_900, length: 320, detail: "the line ends before its closing brace" },
    ],
  },
  {
    code: "bad_row",
    severity: "error",
    help: "A row of a context file lacks a field that it cannot do without.",
    file: "iam/entitlements.csv",
    count: 1,
    places: [{ line: 93, offset: 8_802, length: 77, detail: "principal is empty" }],
  },
  {
    code: "no_time",
    severity: "warning",
    help: "The record has no time that could be read; it is kept, and stands outside every period.",
    file: "m365/AuditLog_20260328.csv",
    count: 2,
    places: [
      { line: 40, offset: 81_022, length: 1930, detail: "CreationTime is “2026-03-0T”" },
      { line: 41, offset: 82_952, length: 1922, detail: "CreationTime is empty" },
    ],
  },
  {
    code: "skipped",
    severity: "info",
    help: "Nothing that Behalf reads: a folder entry, an empty file or a file of bookkeeping.",
    file: "cloudtrail/2026-03/.DS_Store",
    count: 1,
    places: [{ line: null, offset: null, length: null, detail: "a file of bookkeeping" }],
  },
];

export function overview(): Overview {
  const days = [...new Set(Array.from({ length: 26 }, (_, n) => new Date(Date.UTC(2026, 2, 2 + n)).toISOString().slice(0, 10)))];
  const sources = [...new Set(calls.map((call) => call.source))].sort();
  const cells = new Map<string, number>();
  for (const call of agents) {
    const key = [call.agent, call.action, call.pattern].join("|");
    cells.set(key, (cells.get(key) ?? 0) + 1);
  }
  return {
    case_name: "fernhill-q1.behalf",
    first: calls[0]?.time ?? null,
    last: calls.at(-1)?.time ?? null,
    coverage: {
      calls: calls.length,
      requiring_person: calls.length - automation(calls),
      attributed: of(calls, ["A", "B"]),
      supported: of(calls, ["C"]),
      refused: refused(calls),
      contradicted: contradicted(calls),
      automation: automation(calls),
      by_source: sources.map((source) => {
        const list = calls.filter((call) => call.source === source);
        return {
          source,
          calls: list.length,
          attributed: of(list, ["A", "B"]),
          supported: of(list, ["C"]),
          refused: refused(list),
          contradicted: contradicted(list),
          automation: automation(list),
          first: list[0]?.time ?? null,
          last: list.at(-1)?.time ?? null,
        };
      }),
      by_refusal: [
        {
          refusal: "R1",
          words: "no evidence of at least grade C leads to a person",
          calls: calls.filter((call) => call.refusal === "R1").length,
          settled_by: "The token service's exchange log for client statement-reader, 2–27 March: it names the subject of each delegated token.",
        },
        {
          refusal: "R4",
          words: "the credential was held by more than one at the time",
          calls: calls.filter((call) => call.refusal === "R4").length,
          settled_by: "CloudTrail AssumeRole events of account 4417 with sourceIdentity, 3–5 March.",
        },
        { refusal: "R6", words: "two proofs of at least grade C name different people", calls: contradicted(calls), settled_by: "The orchestrator's own run register for the 23 runs listed under AG-04." },
      ],
      directory: true,
    },
    decided_on_person: Math.round(agents.length * 0.41),
    decided: Math.round(agents.length * 0.78),
    verdicts,
    open_high: findings.filter((row) => row.severity === "high").length,
    findings_by_severity: ["high", "medium", "low"].map((severity) => {
      const list = findings.filter((row) => row.severity === severity);
      return { severity, findings: list.length, calls: severity === "high" ? 612 : 90 };
    }),
    both_principals: agents.filter((call) => call.pattern === "hybrid").length,
    run_on_record: Math.round(agents.filter((call) => call.run !== null).length * 0.93),
    agent_calls: agents.length,
    days: days.map((day) => {
      const list = calls.filter((call) => call.time.startsWith(day));
      return { day, calls: list.length, attributed: of(list, ["A", "B"]), supported: of(list, ["C"]), refused: refused(list), contradicted: contradicted(list) };
    }),
    patterns: [...cells].map(([key, n]) => {
      const [agent = "", tool = "", pattern = ""] = key.split("|");
      return { agent, tool, pattern, calls: n };
    }),
    worst: findings.filter((row) => !row.design_fact).slice(0, 7),
    cautions: ["6 records of 3 exports could not be read; one of them is a row of entitlements.", "The entitlements were not recorded as complete, so “no grant” is at most probable."],
  };
}

export function timeline(key: string, from: number | null, to: number | null): Timeline | undefined {
  const person = people.find((row) => row.key === key);
  if (person === undefined) return undefined;
  const mine = calls.filter((call) => call.human === key && (from === null || call.at >= from) && (to === null || call.at <= to));
  const roots = [...runs.values()].filter((run) => run.human === key);
  const ids = new Set(roots.map((run) => run.id));
  const lost = [...runs.values()].filter((run) => run.human === null && run.parent !== null && ids.has(run.parent));
  return {
    person,
    from: Date.UTC(2026, 2, 2),
    to: Date.UTC(2026, 2, 28),
    runs: [...roots, ...lost].map(({ id, parent, agent, depth, from: begun, to: ended, calls: made, refused: why }) => ({ id, parent, agent, depth, from: begun, to: ended, calls: made, refused: why })),
    calls: mine.map((call) => ({
      id: call.id,
      at: call.at,
      time: call.time,
      source: call.source,
      action: call.action,
      resource: call.resource,
      outcome: call.outcome,
      agent: call.agent,
      run: call.run,
      own: call.own,
      grade: call.grade ?? "X",
      pattern: call.pattern,
      target: call.target,
      findings: call.findings,
    })),
    total_calls: mine.length,
    density: [],
    gaps: [
      { from: Date.UTC(2026, 2, 14, 6), to: Date.UTC(2026, 2, 15, 18), run: null, reason: "the gateway's log has a hole here" },
      ...lost.map((run) => ({ from: run.from ?? 0, to: run.to ?? 0, run: run.id, reason: "parent not exported" })),
    ],
    untimed: [],
    total_untimed: 0,
  };
}

const BASIS: Record<string, string> = { A: "credential id join", B: "named by the record", C: "run join" };

export function who(id: string): Who | undefined {
  const call = calls.find((each) => each.id === id);
  if (call === undefined) return undefined;
  const person = people.find((row) => row.key === call.human);
  const basis = BASIS[call.grade ?? ""] ?? "run join";
  const other = calls.find((each) => each.run === call.run && each.id !== id)?.id ?? null;
  const grade = call.grade ?? "X";
  return {
    id,
    kind: "call",
    source: call.source,
    time: call.time,
    service: call.target,
    action: call.action,
    resource: call.resource,
    outcome: call.outcome,
    sentence: person === undefined ? "Nobody can be named as initiator of this call." : `${person.name ?? person.shown} is the recorded initiator, basis: ${basis} (${grade}).`,
    disclaimer: person === undefined ? "that no person caused it." : `that ${(person.name ?? "").split(" ")[0] ?? "this person"} saw or approved this call.`,
    human: person === undefined ? null : { shown: person.shown, name: person.name, verified: true },
    grade: call.grade,
    agent: call.agent,
    agent_grade: call.agent === null ? null : "B",
    authority: call.pattern === "robot_user" ? "broker.desk@fernhill.example" : call.own ? null : "the person's delegated rights",
    wire: call.wire,
    wire_kind: call.wireKind,
    pattern: call.pattern,
    run: call.run,
    refusal:
      call.refusal === null
        ? null
        : {
            code: call.refusal,
            words: call.refusal === "R6" ? "Two proofs of at least grade C name different people." : "No evidence of at least grade C leads to a person: the parent run is in no export.",
            settled_by: "The token service's exchange log for client statement-reader, 2–27 March, or the orchestrator's export that holds the parent run.",
          },
    cautions: grade === "C" ? ["The agent's own trace is the only proof that a person asked (R10)."] : [],
    instruction: null,
    chain:
      person === undefined
        ? [
            { node: "gap", label: "the parent run is named but stands in no export", basis: null, grade: null, record: null },
            { node: "run", label: `run ${call.run?.slice(0, 8) ?? ""}`, basis: "run id on the record", grade: "C", record: other },
            { node: "agent", label: call.agent ?? "", basis: "client credential", grade: "B", record: id },
            { node: "call", label: `${call.target}: ${call.action} ${call.resource}`, basis: null, grade: null, record: id },
          ]
        : call.own
          ? [
              { node: "human", label: person.name ?? "", basis: "named by the record", grade: "B", record: id },
              { node: "call", label: `${call.target}: ${call.action} ${call.resource}`, basis: null, grade: null, record: null },
            ]
          : [
              { node: "human", label: person.name ?? "", basis: "enduser.id on the prompt", grade: "C", record: "span 4bf92f3577b34da6" },
              { node: "run", label: `run ${call.run?.slice(0, 8) ?? ""}`, basis: "run id on the record", grade, record: other },
              { node: "agent", label: call.agent ?? "", basis: "client credential", grade: "B", record: id },
              { node: "call", label: `${call.target}: ${call.action} ${call.resource}, ${call.outcome}, decided on the agent alone`, basis: null, grade: null, record: null },
            ],
    proofs:
      person === undefined
        ? []
        : [
            {
              value: person.shown,
              grade,
              sentence: `The record joins a run whose root names ${person.name ?? person.shown}.`,
              evidence: [
                { kind: "K8", basis: "run join", grade: "C", by: "platform", sentence: `The call carries run id ${call.run?.slice(0, 8) ?? "–"}.`, record: id },
                { kind: "K9", basis: "run ancestry", grade: "C", by: "caller", sentence: "The root span of that run names enduser.id.", record: other },
              ],
            },
          ],
    agent_proofs: [],
    checked: person === undefined ? [] : ["No other proof of at least C names anybody else."],
    contradictions: [],
    owner: null,
    candidates: call.refusal === "R6" ? [{ value: "tomas.arriaga@fernhill.example", reason: "held the session at the time; the run names another" }] : [],
    needs: [],
    decision: call.own ? null : { effect: "allow", evaluated: [call.agent ?? ""], policy: "gateway/claims.rego", sentence: "Allowed on the agent's rights alone; no person was evaluated." },
    verdict: call.own ? null : verdict(id, person?.shown ?? "the person", call.agent ?? "the agent"),
    findings: call.findings > 0 ? findings.slice(0, 1) : [],
  };
}

export function raw(id: string): RawRecord | undefined {
  const call = calls.find((each) => each.id === id);
  if (call === undefined) return undefined;
  const text =
    call.source === "aws_cloudtrail"
      ? JSON.stringify({
          eventVersion: "1.11",
          userIdentity: { type: "AssumedRole", arn: `arn:aws:sts::441700001111:assumed-role/${call.wire}/${call.run ?? "session"}`, accountId: "441700001111" },
          eventTime: call.time.replace(/\.\d+Z/, "Z"),
          eventSource: "s3.amazonaws.com",
          eventName: call.action.replace("s3:", ""),
          sourceIPAddress: "10.40.12.7",
          userAgent: `[${call.agent ?? "aws-cli"}/2.3 run_id=${call.run ?? ""}]`,
          requestParameters: { bucketName: "fernhill-claims", key: call.resource },
          eventID: call.id,
          readOnly: true,
        })
      : JSON.stringify({
          id: call.id,
          time: call.time,
          tool: call.action,
          resource: { id: call.resource },
          caller: { client_id: call.agent ?? call.human, kind: call.wireKind },
          on_behalf_of: call.human === null ? null : { sub: call.human },
          run: { id: call.run },
          decision: { effect: call.outcome === "denied" ? "deny" : "allow", policy: "gateway/claims.rego" },
        });
  const file = files.find((each) => each.format === call.source) ?? files[2];
  const offset = (call.at % 900_000) + 1024;
  return {
    id,
    file: file?.path ?? "",
    file_sha256: file?.sha256 ?? "",
    offset,
    length: text.length,
    line: call.source === "aws_cloudtrail" ? null : 1 + (call.at % 1100),
    index: call.at % 800,
    sha256: sha(text),
    text,
    valid_utf8: true,
    envelope: null,
    decisive: call.source === "aws_cloudtrail" ? ["/userIdentity/arn", "/userAgent"] : ["/caller/client_id", "/on_behalf_of/sub", "/run/id"],
    copies: [],
  };
}
