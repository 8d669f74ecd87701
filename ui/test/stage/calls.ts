import type { PersonRow } from "../../src/bindings/PersonRow";
import type { RunBar } from "../../src/bindings/RunBar";

/** An invented company's March, the same every time. */
export type Call = {
  id: string;
  at: number;
  time: string;
  source: string;
  action: string;
  resource: string;
  outcome: string;
  target: string;
  agent: string | null;
  human: string | null;
  grade: string | null;
  own: boolean;
  run: string | null;
  pattern: string;
  refusal: string | null;
  wire: string;
  wireKind: string;
  evidence: string[];
  findings: number;
};

let seed = 20260301;
/** A small generator of even numbers in [0, 1), so that every screenshot shows the same calls. */
export function random(): number {
  seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
  return seed / 4294967296;
}
const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
const hex = (length: number): string => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join("");
const uuid = (): string => `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;

const NAMES: [string, string, string][] = [
  ["Lena Osei", "Claims", "active"],
  ["Tomás Arriaga", "Claims", "active"],
  ["Priya Raghunathan", "Underwriting", "active"],
  ["Jonas Lindqvist", "Finance", "active"],
  ["Mei-Ling Zhou", "Claims", "active"],
  ["Amara Nwosu", "Broker relations", "active"],
  ["Declan Foyle", "Finance", "ended"],
  ["Sofia Marchetti", "Underwriting", "active"],
  ["Ragnar Þórsson", "Platform", "active"],
  ["Hannah Weiss", "Compliance", "active"],
  ["Oluwaseun Adebayo-Whitfield", "Claims", "active"],
  ["Иван Петров", "Finance", "active"],
];
const mail = (name: string): string =>
  name === "Иван Петров"
    ? "ivan.petrov@fernhill.example"
    : `${name
        .toLowerCase()
        .normalize("NFD")
        .replaceAll("þ", "th")
        .replaceAll(/[^a-z -]/g, "")
        .replaceAll(" ", ".")}@fernhill.example`;

const TOOLS: Record<string, { source: string; target: string; action: string; resource: () => string }[]> = {
  "claims-triage": [
    { source: "mapping:tool-gateway", target: "claims", action: "claims.read", resource: () => `claim/${String(48000 + Math.floor(random() * 900))}` },
    { source: "mapping:tool-gateway", target: "claims", action: "claims.note", resource: () => `claim/${String(48000 + Math.floor(random() * 900))}` },
    { source: "aws_cloudtrail", target: "s3", action: "s3:GetObject", resource: () => `arn:aws:s3:::fernhill-claims/2026/${hex(6)}.pdf` },
  ],
  "statement-reader": [
    { source: "mapping:tool-gateway", target: "ledger", action: "ledger.read", resource: () => `account/${String(7700 + Math.floor(random() * 60))}` },
    { source: "aws_cloudtrail", target: "s3", action: "s3:GetObject", resource: () => `arn:aws:s3:::fernhill-statements/${hex(8)}.csv` },
  ],
  "policy-drafter": [
    { source: "github_audit", target: "github", action: "git.push", resource: () => "fernhill/policy-wording" },
    { source: "mapping:tool-gateway", target: "memo", action: "memo.append", resource: () => `memo/${String(5800 + Math.floor(random() * 90))}` },
  ],
  "broker-mail": [
    { source: "microsoft365_audit", target: "mail", action: "Send", resource: () => `broker-${String(100 + Math.floor(random() * 30))}@partners.example` },
    { source: "mapping:tool-gateway", target: "crm", action: "crm.search", resource: () => `broker/${String(100 + Math.floor(random() * 30))}` },
  ],
};
export const AGENTS = Object.keys(TOOLS);

export const people: PersonRow[] = NAMES.map(([name, department, status]) => ({ key: mail(name), shown: mail(name), name, department, status, own: 0, on_behalf: 0 }));
export const runs = new Map<string, RunBar & { human: string | null }>();
export const calls: Call[] = [];

const DAY = 86_400_000;
const FIRST = Date.UTC(2026, 2, 2);

function makeCall(at: number, agent: string | null, human: string | null, run: string | null, grade: string | null, refusal: string | null): void {
  const own = agent === null;
  const tool = pick(TOOLS[agent ?? pick(AGENTS)] ?? []);
  const pattern = own ? "direct" : agent === "broker-mail" ? (random() < 0.8 ? "robot_user" : "obo") : agent === "statement-reader" ? (random() < 0.7 ? "service_account" : "hybrid") : random() < 0.75 ? "obo" : "hybrid";
  const time = new Date(at).toISOString();
  calls.push({
    id: tool.source === "aws_cloudtrail" ? uuid() : tool.source === "github_audit" ? `gh_${hex(20)}` : tool.source === "microsoft365_audit" ? uuid() : `gw-${hex(12)}`,
    at,
    time,
    source: tool.source,
    action: tool.action,
    resource: tool.resource(),
    outcome: random() < 0.06 ? "denied" : random() < 0.02 ? "error" : "success",
    target: tool.target,
    agent,
    human,
    grade,
    own,
    run,
    pattern,
    refusal,
    wire: own ? (human ?? "svc-backup") : pattern === "robot_user" ? "broker.desk@fernhill.example" : pattern === "service_account" ? `AgentRole-${agent}` : (human ?? agent),
    wireKind: own ? "human" : pattern === "robot_user" ? "shared" : pattern === "service_account" ? "service" : "delegated",
    evidence: grade === "B" ? ["K3", "K8"] : grade === "A" ? ["K2", "K4"] : grade === "C" ? ["K8", "K9"] : [],
    findings: random() < 0.07 ? 1 : 0,
  });
}

function makeRun(start: number, agent: string, human: string | null, parent: string | null, depth: number, grade: string | null, refusal: string | null): number {
  const id = uuid();
  let at = start;
  const begun = calls.length;
  for (let n = 1 + Math.floor(random() * (depth === 0 ? 3 : 7)); n > 0; n -= 1) {
    at += 400 + Math.floor(random() * 22_000);
    makeCall(at, agent, human, id, grade, refusal);
  }
  const bar = { id, parent, agent, depth, from: start, to: at + 800, calls: calls.length - begun, refused: null as string | null, human };
  runs.set(id, bar);
  if (depth < 2) {
    for (let n = Math.floor(random() * (depth === 0 ? 4.4 : 1.6)); n > 0; n -= 1) {
      const lost = random() < 0.07;
      const end = makeRun(start + 1500 + Math.floor(random() * 50_000), pick(AGENTS), lost ? null : human, id, depth + 1, lost ? "X" : grade, lost ? "R1" : refusal);
      bar.to = Math.max(bar.to, end);
    }
  }
  if (refusal !== null) bar.refused = "its parent run is in no export, so nobody can be named";
  return bar.to;
}

for (let day = 0; day < 26; day += 1) {
  const weekend = (day + 0) % 7 >= 5;
  for (const person of people) {
    if (weekend && random() > 0.1) continue;
    for (let n = Math.floor(random() * 3.2); n > 0; n -= 1) makeCall(FIRST + day * DAY + (7 + random() * 10) * 3_600_000, null, person.key, null, "B", null);
    if (random() < (person.department === "Claims" ? 0.8 : 0.34)) {
      const grade = random() < 0.12 ? "A" : random() < 0.55 ? "B" : "C";
      makeRun(FIRST + day * DAY + (7.5 + random() * 9) * 3_600_000, pick(AGENTS), person.key, null, 0, grade, null);
    }
  }
  for (let n = Math.floor(random() * 7); n > 0; n -= 1) makeRun(FIRST + day * DAY + random() * DAY, "statement-reader", null, null, 1, "X", random() < 0.7 ? "R1" : "R4");
  for (let n = 4 + Math.floor(random() * 10); n > 0; n -= 1) makeCall(FIRST + day * DAY + random() * DAY, null, null, null, null, null);
}
for (const call of calls) {
  if (call.own && call.human === null) {
    call.own = false;
    call.wireKind = "service";
    call.wire = "svc-backup";
    call.pattern = "service_account";
  }
  if (call.grade === "X" && call.refusal === null) call.refusal = "R1";
}
calls.filter((call) => call.grade === "C").slice(0, 23).forEach((call) => {
  call.grade = "X";
  call.refusal = "R6";
  call.human = null;
});
calls.sort((a, b) => a.at - b.at);
for (const person of people) {
  person.own = calls.filter((call) => call.human === person.key && call.own).length;
  person.on_behalf = calls.filter((call) => call.human === person.key && !call.own).length;
}
