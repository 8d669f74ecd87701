import type { AgentSheet } from "../../src/bindings/AgentSheet";
import type { Changes } from "../../src/bindings/Changes";
import type { CouldBe } from "../../src/bindings/CouldBe";
import type { Exposure } from "../../src/bindings/Exposure";
import type { Ledger } from "../../src/bindings/Ledger";
import type { LedgerView } from "../../src/bindings/LedgerView";
import type { Requests } from "../../src/bindings/Requests";

export const requests: Requests = {
  open: 366,
  refused: 255,
  contradicted: 5,
  supported: 106,
  reached: 366,
  overlapping: 39,
  sentence: "366 calls are refused, contradicted or no better than C; 366 of them may be settled by a request below. 39 may be settled by more than one, so that the requests' counts add up to more.",
  requests: [
    {
      rank: 1,
      export: "agent_traces",
      system: "the tracing backend of the agents",
      source: null,
      owners: ["ines.moreau@fernhill.example"],
      certain: true,
      calls: 28,
      refused: 28,
      contradicted: 0,
      supported: 0,
      further: 28,
      only: 20,
      unasked: 0,
      unverified: 0,
      best: "C",
      from: "2026-03-06",
      to: "2026-03-23",
      ask: "To the tracing backend of the agents: please export the root spans or run records, with the user who started each, of the runs 24b78627-2d25-4dc0-8cf4-5ad703e2e353, for 2026-03-06 to 2026-03-23 UTC with a day before and after.",
      filters: [
        {
          what: "run_start",
          records: "the root spans or run records, with the user who started each, of the runs",
          ids: ["24b78627-2d25-4dc0-8cf4-5ad703e2e353"],
          count: 1,
          agents: ["market-scout"],
          from: "2026-03-06",
          to: "2026-03-23",
        },
      ],
      examples: ["SB-1bb3f07d02f0"],
    },
  ],
  changes: [
    {
      source: "mapping:switchboard",
      agent: "market-scout",
      owner: null,
      calls: 103,
      share: 0.281,
      change: "Record the run id and the person, as authenticated and not as the caller says, in the log \"switchboard\" for market-scout.",
      gaps: [{ gap: "no_origin", calls: 103 }],
    },
  ],
  evidence: [{ kind: "receipt", system: "whoever handed over the exports", from: null, to: null, ask: "For 12 exports nobody said how they were obtained." }],
};

export function exposure(asked: string, at: string | null): Exposure {
  return {
    asked,
    found: [{ kind: "token", id: "ca1558a08aaedd87095d5164", form: null }],
    sentence: "2 uses are on record, first 2026-03-02T12:14:20Z, last 2026-03-02T12:15:02Z; 0 credentials were obtained with it, directly or through others, and used 0 times.",
    uses: 2,
    derived_uses: 0,
    first: "2026-03-02T12:14:20Z",
    last: "2026-03-02T12:15:02Z",
    last_derived: null,
    at,
    before: 2,
    after: 0,
    revoked: null,
    after_revocation: 0,
    expires: "2026-03-02T12:19:16Z",
    after_expiry: 0,
    by_host: [],
    by_network: [{ name: "10.61.4.0/24", uses: 2, first: "2026-03-02T12:14:20Z", last: "2026-03-02T12:15:02Z", after: 0 }],
    by_agent: [{ name: "claims-copilot", uses: 2, first: "2026-03-02T12:14:20Z", last: "2026-03-02T12:15:02Z", after: 0 }],
    by_environment: [],
    by_client: [],
    derived: [],
    derived_count: 0,
    touched: [
      { data_class: "unrated", effect: "change", service: "claims-core", action: "claim.note", calls: 2, without_effect: 0, resources: 1, such_as: ["claim/88213"], after: 0 },
    ],
    authorities: [],
    people: [{ name: "fatou.diallo@fernhill.example", uses: 2, first: "2026-03-02T12:14:20Z", last: "2026-03-02T12:15:02Z", after: 0 }],
    initiators: [],
    calls: [],
    cannot_see: ["Systems whose logs are not in this case are not seen at all; reads are often not logged where data events are off."],
  };
}

export function ledger(asked: string, view: LedgerView): Ledger {
  return {
    asked,
    view,
    sentence: `1 calls are on record for ${asked}: 1 read, 0 changed something.`,
    resources: [asked],
    owners: [],
    total: 1,
    reads: 1,
    changes: 0,
    without_effect: 0,
    unnamed: 0,
    rows: [
      {
        id: view === "subject" ? "" : "SB-f6598f123e02",
        source: "mapping:switchboard",
        time: "2026-03-02T10:58:29.373Z",
        human: view === "subject" ? "Employee 1" : "isidro.campos@fernhill.example",
        department: null,
        grade: "B",
        refusal: null,
        agent: "policy-reader",
        purpose: null,
        recipient: null,
        wire: view === "subject" ? null : "policy-reader",
        action: "policy.read",
        resource: asked,
        effect: "read",
        outcome: "success",
        decision: view === "subject" ? null : "allow",
        run: null,
      },
    ],
    sources: [],
    could_hold_more: ["Systems whose logs are not in this case, copies, back-ups and exports of the data are not seen."],
  };
}

export const couldBe = (person: string): CouldBe => ({
  person,
  calls: 0,
  runs: 0,
  such_as: [],
  sentence: `0 calls for which nobody is named belong to runs that ${person} or somebody else may have caused.`,
});

export const changes: Changes = {
  other: "fernhill-q4.behalf",
  sentence: "Against fernhill-q4.behalf: 0 findings are new, 0 re-opened, 0 repeated, 0 closed; 0 could not be tested. Design facts are listed and not counted.",
  new: 0,
  repeated: 0,
  closed: 0,
  reopened: 0,
  not_tested: 0,
  rows: [],
  coverage: [{ figure: "calls", before: 602, now: 618 }],
};

export function agentSheet(agent: string): AgentSheet {
  return {
    agent: {
      agent,
      registered: true,
      name: null,
      status: "active",
      owner: null,
      purpose: null,
      vendor: null,
      environment: null,
      approved_pattern: null,
      client_ids: [],
      last_certified: null,
      principals: [`name:${agent}`],
      runs: 3,
      calls: 12,
      first: "2026-03-02T09:52:22Z",
      last: "2026-03-27T16:01:00Z",
      people: [],
      tools: [{ tool: "brief.write", calls: 12 }],
      blast: { rights: [], rights_count: 0, administrator: false, people_wieldable: [], irreversible: [], irreversible_calls: 0, rights_known: true },
      notes: ["no owner is recorded"],
    },
    rights: [],
    rights_used: 0,
    rights_unused: 0,
    people: [],
    data: [],
    irreversible: [],
    credentials: [],
    credentials_count: 0,
    sentence: `${agent}: 0 of 0 rights were used; it can wield the rights of 0 people; 0 irreversible calls went through, and 0 credentials were seen with it.`,
  };
}
