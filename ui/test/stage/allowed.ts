import type { Authorized } from "../../src/bindings/Authorized";
import type { Bridge } from "../../src/bindings/Bridge";
import type { Passport } from "../../src/bindings/Passport";
import type { TokenRow } from "../../src/bindings/TokenRow";
import type { VerdictFigure } from "../../src/bindings/VerdictFigure";
import type { VerdictWords } from "../../src/bindings/VerdictWords";

export const verdicts: VerdictFigure[] = [
  { verdict: "right", words: "the decision on record was made for the principals that it must be made for", calls: 212, agents_calls: 212, on_person: 212 },
  { verdict: "wrong", words: "the decision on record was made for another principal, or on a credential that is not for this", calls: 3, agents_calls: 3, on_person: 3 },
  { verdict: "insufficient", words: "the decision on record left a principal out, or did not bound what was done", calls: 164, agents_calls: 164, on_person: 0 },
  { verdict: "unproven", words: "no decision is in evidence, or too little of it to tell for whom it was made: an outcome shows only that it was let through", calls: 118, agents_calls: 118, on_person: 9 },
  { verdict: "not_applicable", words: "no agent acted here", calls: 121, agents_calls: 0, on_person: 0 },
];

const untested = (id: string, name: string, question: string) => ({ id, name, question, state: "not_applicable", code: null, grade: null, sentence: "No delegated token is on the call.", record: null });

export function verdict(id: string, person: string, agent: string): VerdictWords {
  return {
    verdict: "insufficient",
    sentence: "The decision on record left a principal out, or did not bound what was done; failed: V1; 2 could not be made.",
    required: "the person, and the agent that acts for them, within what was delegated",
    decision: null,
    tests: [
      { id: "V1", name: "subject", question: "Was the decision made for the person, or for the agent where it acts for nobody?", state: "failed", code: "AGENT-ALONE", grade: "B", sentence: `The decision (the call's own record) evaluated ${agent} alone; the rights of ${person} played no part.`, record: id },
      { id: "V2", name: "agent looked at", question: "Where the policy looks at agents: did the decision look at this one?", state: "passed", code: null, grade: "B", sentence: `The decision (the call's own record) looked at ${agent} beside the person.`, record: id },
      untested("V3", "same credential", "Is the credential used the one that was decided on, and the person's own?"),
      untested("V4", "meant for this service", "Is the token meant for the service that was called?"),
      untested("V5", "within the scope", "Do scope and authorization details cover the action and the object?"),
      untested("V6", "within its time", "Was it used within the token's life, and before the right had ended?"),
      { id: "V7", name: "right to act for the person", question: "Was this agent given the right to act for this person?", state: "not_testable", code: null, grade: null, sentence: `No consent, grant or exchange that lets ${agent} act for the person is in evidence.`, record: null },
      { id: "V8", name: "entitled", question: "Were the person and the agent entitled at that time?", state: "not_testable", code: null, grade: null, sentence: "The entitlement exports received do not answer it.", record: null },
      untested("V9", "no wider than before", "Does the token allow no more than the one it was exchanged from?"),
      { id: "V10", name: "decided before, and followed", question: "Did the decision come before the effect, and was it kept to?", state: "passed", code: null, grade: "B", sentence: "Decision and use stand in one record.", record: id },
    ],
  };
}

export function authorized(user: string, action: string, resource: string): Authorized {
  return {
    answer: "no",
    user,
    agent: { id: "records-helper", answer: "yes" },
    decision: null,
    because: ["no matching grant in the export received, which names this principal for this action"],
    bases: [
      { basis: "person", whose: user, answer: "no", kind: "no_matching_grant", because: ["no matching grant in the export received, which names this principal for this action"], records: [], missing: [] },
      {
        basis: "agent",
        whose: "records-helper",
        answer: "yes",
        kind: "grant",
        because: [`granted ${action} on * to records-helper`],
        records: [{ record: "sha256:30561b434893b09e", place: "iam/entitlements.csv bytes 2210+61 (line 31)", kind: "grant", words: `granted ${action} on * to records-helper` }],
        missing: [],
      },
      { basis: "decision", whose: "", answer: "unanswerable", kind: "missing", because: ["no record of a decision about this, then, is in evidence"], records: [], missing: [`the decision log of the system that decides on ${action} on ${resource}`] },
    ],
    together: "agent_only",
    missing: [`the decision log of the system that decides on ${action} on ${resource}`],
    not_in_evidence: [],
  };
}

export const bridge: Bridge = {
  sentence: "497 calls went through agents for named people: for 431 the person's own right is in evidence, for 5 there is no matching entitlement in the exports received, for 61 it cannot be told.",
  cells: [
    {
      person: "aoife.brennan@fernhill.example",
      agent: "records-helper",
      service: "records",
      tool: "record.read",
      effect: "read",
      impact: 3,
      rated: true,
      own: "no",
      calls: 5,
      of_calls: 12,
      decided_on_person: 0,
      agents_right: "yes",
      confidence: "probable",
      first: "2026-03-04T09:12:00Z",
      last: "2026-03-19T15:40:00Z",
      example: "gw-b40eab4f8a",
      because: ["aoife.brennan@fernhill.example: no matching grant in the export received, which names this principal for this action", "records-helper: granted record.read on * to records-helper"],
      records: ["sha256:30561b434893b09e"],
      sentence: "record.read went through records-helper for aoife.brennan@fernhill.example 5 times, with no matching entitlement of their own in the exports received.",
    },
  ],
  potential: [
    { person: "aoife.brennan@fernhill.example", agent: "records-helper", service: null, action: "record.read", resource: "*", own: "no", calls: 12, record: "sha256:30561b434893b09e", used: true },
  ],
  calls: 497,
  entitled: 431,
  beyond: 5,
  unanswerable: 61,
  for_nobody: 24,
  rights_known: true,
  notes: [],
};

export const tokens: TokenRow[] = [
  { token: "25e3a1074d8abf7291cf", issuer: "https://sts.fernhill.example", subject: "aoife.brennan@fernhill.example", agent: "refund-assistant", delegated: true, life_minutes: 5, uses: 1, runs: 1, persons: 1, broad: null, findings: 1 },
];

export function token(id: string): Passport {
  return {
    token: id,
    sentence: `Token ${id} of aoife.brennan@fernhill.example, acted with by refund-assistant: it is on 1 call, of which 1 do not fit what it allows.`,
    issuer: "https://sts.fernhill.example",
    subject: "aoife.brennan@fernhill.example",
    client: null,
    actors: ["refund-assistant"],
    delegated: true,
    audience: ["notes"],
    scope: ["note.append"],
    details: null,
    begins: "2026-03-13T15:15:55Z",
    ends: "2026-03-13T15:20:55Z",
    revoked: null,
    life_minutes: 5,
    records: [{ record: id, place: "iam/sts-tokens.ndjson bytes 7736+318 (line 21)", source: "token_records", time: "2026-03-13T15:15:55Z", unverified: false, run: null }],
    parents: [],
    children: [],
    uses: [
      {
        id: "gw-65cf6cc1fc",
        source: "mapping:tool-gateway",
        time: "2026-03-13T15:15:56Z",
        service: "payments",
        action: "refund.create",
        resource: "order/22324",
        outcome: "success",
        person: "aoife.brennan@fernhill.example",
        agent: "refund-assistant",
        run: null,
        audience: "no",
        scope: "no",
        life: "yes",
        runs_person: "yes",
        why: "refund.create is in no scope of the token (note.append); the token is for notes, the call went to payments",
        at: 0.003,
      },
    ],
    total_uses: 1,
    runs: 1,
    persons: 1,
    findings: [],
    unknown: [],
  };
}
