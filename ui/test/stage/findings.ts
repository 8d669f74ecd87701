import type { FindingDetail } from "../../src/bindings/FindingDetail";
import type { FindingRow } from "../../src/bindings/FindingRow";
import { calls } from "./calls";

type Seed = [id: string, severity: string, confidence: string, title: string, cause: string, from: number, count: number, more?: Partial<FindingRow>];

const SEEDS: Seed[] = [
  ["AZ-01", "high", "probable", "No matching entitlement in the export received", "claims-triage, claims.note, on behalf of", 40, 37, { potential_critical: true }],
  ["RU-03", "high", "confirmed", "Many people behind one human-type account", "broker.desk@fernhill.example", 120, 214, { potential_critical: true }],
  ["AG-03", "high", "confirmed", "Fan-out broken: a named parent run is in no export", "statement-reader, s3:GetObject", 300, 161],
  ["AZ-07", "high", "probable", "Refused, then done under other rights", "claims-triage, claims.note", 60, 4],
  ["AG-04", "high", "confirmed", "Two proofs name different people", "claims-triage, s3:GetObject", 500, 23],
  ["RU-01", "high", "confirmed", "Account with agent indicators", "broker.desk@fernhill.example", 121, 188],
  ["AZ-10", "medium", "confirmed", "Activity after the recorded end date", "declan.foyle@fernhill.example", 700, 12],
  ["RU-04", "medium", "confirmed", "Human-type account without an identified individual", "broker.desk@fernhill.example", 122, 214],
  ["TK-02", "medium", "confirmed", "One delegated token on many calls", "https://login.fernhill.example, client claims-triage", 80, 96],
  ["TK-05", "medium", "probable", "One token from two hosts", "https://login.fernhill.example, client policy-drafter", 90, 9],
  ["AG-02", "medium", "confirmed", "Run without an origin", "statement-reader, ledger.read", 410, 88],
  ["TK-01", "low", "confirmed", "Delegated token of long life", "https://login.fernhill.example, client broker-mail", 95, 41],
  ["AG-08", "low", "possible", "A child run begins before its parent", "policy-drafter", 610, 3, { unrated: true }],
  ["RU-05", "info", "possible", "Machine rhythm", "broker.desk@fernhill.example", 123, 214, { design_fact: true }],
  ["PT-01", "info", "confirmed", "Pattern weaker than the stakes require", "statement-reader, ledger.read", 411, 240, { design_fact: true }],
  ["AG-07", "info", "confirmed", "Only one principal on the record", "claims-triage, s3:GetObject", 501, 320, { design_fact: true }],
];

export const findings: FindingRow[] = SEEDS.map(([rule, severity, confidence, title, cause, from, count, more], at) => ({
  id: `${rule}-${String(1000 + at * 37)}`,
  rule,
  family: rule.slice(0, 2),
  severity,
  potential_critical: false,
  unrated: false,
  confidence,
  title,
  cause,
  calls: count,
  instances: Math.max(1, Math.round(count / 4)),
  first: calls[from]?.time ?? null,
  last: calls[Math.min(calls.length - 1, from + count * 3)]?.time ?? null,
  design_fact: false,
  accepted: null,
  ...more,
}));

export function detail(id: string): FindingDetail | undefined {
  const at = findings.findIndex((row) => row.id === id);
  const row = findings[at];
  if (row === undefined) return undefined;
  const from = SEEDS[at]?.[5] ?? 0;
  return {
    row,
    condition: `Between 2 and 27 March 2026, ${String(row.calls)} calls by ${row.cause} went through although the entitlements received hold no grant for the attributed person that covers action, resource and conditions.`,
    criteria: [
      {
        framework: "ISO/IEC 27001:2022",
        clause: "A.5.15",
        title: "Access control",
        demands: "Rules to control access to information shall be established and implemented based on business and information security requirements.",
        strength: "direct",
        precondition: "",
        first_choice: true,
      },
      {
        framework: "SOC 2",
        clause: "CC6.1",
        title: "Logical access",
        demands: "Access to protected information assets is restricted to authorised people and programs.",
        strength: "supporting",
        precondition: "the tool is inside the system described",
        first_choice: false,
      },
    ],
    effect: "A person could, through the agent, write notes on claims that they may not touch themselves. The record does not show whether this was intended.",
    recommendation: "Decide calls of claims.note on the person's rights as well as the agent's, and export decision records with their evaluated subjects.",
    population: "1,412 calls by agents in scope were tested under this rule; 96 could not be tested because no person is attributed at C or better.",
    severity_reason: "An effect on per-user data without a grant (failure 4), stakes 3; not systemic.",
    confidence_reason: "Probable: the export of entitlements was not recorded as complete for claims.note.",
    against: ["The entitlements were exported on 28 March; a grant withdrawn before that day would not be in them.", "Two of the calls were repeated under an approval of the same day."],
    instances: Array.from({ length: row.instances }, (_, n) => {
      const listed = calls.slice(from + n * 4, from + n * 4 + (n === 0 ? 9 : 1 + (n % 4)));
      const first = listed[0];
      return {
        id: `${id}.${String(n + 1)}`,
        principal: row.family === "RU" ? "broker.desk@fernhill.example" : null,
        token: row.family === "TK" ? "jti 5f0c9a…e1" : null,
        run: first?.run ?? null,
        agent: first?.agent ?? "claims-triage",
        tool: first?.action ?? null,
        sentence: `${first?.human ?? "Nobody who can be named"} caused ${first?.action ?? "a call"} on ${first?.resource ?? "a resource"} through ${first?.agent ?? "an agent"}.`,
        accepted: null,
        events: listed.map((call) => call.id),
      };
    }),
    rule_version: "3",
  };
}
