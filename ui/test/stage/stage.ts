import type { Facet } from "../../src/bindings/Facet";
import type { Progress } from "../../src/bindings/Progress";
import type { Commands, FindingFilter, LongCommands } from "../../src/host/commands";
import type { EdgeError } from "../../src/bindings/EdgeError";
import type { DropEvents, Host } from "../../src/host/host";
import { strings } from "../../src/strings";
import { completeness, files, losses, overview, raw, receipts, timeline, who } from "./answers";
import { people } from "./calls";
import { runRows, runTree, wide } from "./fanout";
import { detail, findings } from "./findings";
import { facet as callFacet, index, multiply, page, position } from "./grid";
import { check, learned } from "./mapping";
import { account, accounts, agents, holders, patterns } from "./principals";
import { acts, policy, record } from "./acts";
import { authorized, bridge, token, tokens, verdict } from "./allowed";
import { agentSheet, changes, couldBe, exposure, ledger, requests } from "./reach";

/** What a test may ask of the staged host, by the page's `__STAGE__`. */
type Stage = { open?: boolean; empty?: boolean; broken?: boolean; unreconciled?: boolean; partial?: boolean; fail?: string; hold?: string; many?: number; spans?: number; recognised?: boolean };

declare global {
  interface Window {
    __STAGE__?: Stage;
    __DROP__?: DropEvents;
  }
}

const stage: Stage = window.__STAGE__ ?? {};
if (stage.many !== undefined) multiply(stage.many);
const CASE = { path: "/cases/fernhill-q1.behalf", name: "fernhill-q1.behalf" };
let opened = stage.open !== false;
let empty = stage.empty === true;
let cancelled = false;

/** Fails as the desktop host does: with the plain object that the engine sent. */
function refuse(edge: EdgeError): never {
   
  throw edge;
}

function missing(id: string): never {
  return refuse({ code: "no_such_record", message: `No record ${id} in this case.`, hint: "Check the id, or import the export that holds it.", fault: "setting" });
}

function facet(name: "severity" | "rule" | "family" | "confidence"): Facet {
  const found = new Map<string, number>();
  for (const row of findings) if (!row.design_fact) found.set(row[name], (found.get(row[name]) ?? 0) + 1);
  const label = (value: string): string =>
    name === "rule" ? `${value} ${findings.find((row) => row.rule === value)?.title ?? ""}` : (strings[name][value] ?? value);
  return { name, values: [...found].map(([value, count]) => ({ value, label: label(value), count })) };
}

function narrowed(filter: FindingFilter) {
  const shown = findings.filter((row) => filter.design_facts || !row.design_fact);
  const rows = shown.filter(
    (row) =>
      (filter.severity?.includes(row.severity) ?? true) &&
      (filter.rule?.includes(row.rule) ?? true) &&
      (filter.family?.includes(row.family) ?? true) &&
      (filter.confidence?.includes(row.confidence) ?? true) &&
      `${row.rule} ${row.title} ${row.cause}`.toLowerCase().includes((filter.text ?? "").toLowerCase()),
  );
  return { rows, total: shown.length, known_exceptions: 0, facets: (["severity", "rule", "family", "confidence"] as const).map(facet) };
}

const answers: { [C in keyof Commands]: (args: Commands[C]["args"]) => Commands[C]["result"] } = {
  app_info: () => ({
    version: "0.1.0",
    open: opened ? CASE : null,
    recent: stage.empty === true ? [] : [
      { ...CASE, opened_at: "2026-04-02T09:14:22Z" },
      { path: "/cases/2025/harbour-trust.behalf", name: "harbour-trust.behalf", opened_at: "2026-01-19T16:02:00Z" },
    ],
  }),
  new_case: () => {
    opened = true;
    empty = true;
    return CASE;
  },
  open_case: () => {
    opened = true;
    return CASE;
  },
  close_case: () => {
    opened = false;
    return null;
  },
  pick_exports: () => ["/exports/gateway/tool-gateway-march.ndjson"],
  pick_case: () => CASE.path,
  pick_save: ({ name, extension }) => `/reports/${name}.${extension}`,
  cancel: () => {
    cancelled = true;
    return null;
  },
  overview: () => {
    const full = overview();
    return empty ? { ...full, first: null, last: null, coverage: { ...full.coverage, calls: 0 }, open_high: 0, cautions: [] } : full;
  },
  files: () => (empty ? [] : stage.unreconciled === true ? files.map((file, at) => (at === 2 ? { ...file, kept: file.kept - 7, reconciles: false } : file)) : files),
  reconciliation: () =>
    empty
      ? { files: 0, read: 0, kept: 0, duplicates: 0, rejected: 0, reconciles: true, sentence: "" }
      : stage.unreconciled === true
        ? { files: 8, read: 6370, kept: 6340, duplicates: 18, rejected: 5, reconciles: false, sentence: "6,370 records were received, 6,363 are accounted for; 7 are missing from gateway/tool-gateway-march.ndjson" }
        : { files: 8, read: 6370, kept: 6347, duplicates: 18, rejected: 5, reconciles: true, sentence: "All 6,370 records received are accounted for (6,347 kept, 18 duplicates, 5 rejected)" },
  completeness: () => completeness,
  receipts: () => receipts,
  losses: ({ file }) => losses.filter((row) => file === null || file === undefined || row.file === file),
  findings: (filter) => (empty ? { rows: [], total: 0, known_exceptions: 0, facets: [] } : narrowed(filter)),
  finding: ({ id }) => detail(id) ?? missing(id),
  who: ({ id }) => who(id) ?? missing(id),
  raw: ({ id }) => raw(id) ?? missing(id),
  people: ({ text }) => (empty ? [] : people.filter((row) => `${row.name ?? ""} ${row.shown}`.toLowerCase().includes((text ?? "").toLowerCase()))),
  timeline: ({ key, from, to }) => {
    const full = timeline(key, from ?? null, to ?? null) ?? missing(key);
    if (stage.partial !== true || full.calls.length < 60) return full;
    // As for a person with more calls than are sent singly.
    const slice = Math.ceil((full.to - full.from) / 120);
    return {
      ...full,
      calls: full.calls.filter((_, at) => at % 5 === 0),
      density: Array.from({ length: 120 }, (_, n) => {
        const begin = full.from + n * slice;
        const here = full.calls.filter((call) => call.at >= begin && call.at < begin + slice);
        return { from: begin, to: begin + slice, own: here.filter((call) => call.own).length, on_behalf: here.filter((call) => !call.own).length };
      }),
    };
  },
  calls: () => [],
  call_index: ({ query }) => (empty ? { total: 0, stride: 200, keys: [] } : index(query)),
  call_page: ({ query, key }) => (empty ? [] : page(query, key ?? null)),
  call_position: ({ query, id }) => position(query, id),
  call_facet: ({ query, column, text, limit }) => (empty ? [] : callFacet(query, column, text ?? "", limit)),
  export_calls: ({ query, to }) => ({ path: to, rows: index(query).total }),
  write_table: ({ rows, to }) => ({ path: to, rows: rows.length }),
  accounts: () => (empty ? [] : accounts),
  account: ({ id }) => account(id) ?? missing(id),
  agents: () => (empty ? [] : agents),
  patterns: () => (empty ? [] : patterns),
  who_can: () => holders,
  approved: ({ id }) => ({ id, answer: "no_source_imported", sentence: "No export of approvals was received; the asset list does not ask for one.", required: false, approved_by: [], approvals: [], disclaimer: "" }),
  runs: () => (empty ? [] : runRows),
  run_tree: ({ id }) => (stage.spans === undefined ? (runTree(id) ?? missing(id)) : wide(stage.spans)),
  scope: () => ({ declared: false, objective: "", from: null, to: null, systems: [], agents: [], criteria: [], set_by: null, set_at: null, calls_outside: 0, sentences: ["No scope was declared: every call counts."] }),
  coverage: () => overview().coverage,
  learn_mapping: () => (stage.recognised === true ? { ...learned, recognised: { source: "github_audit", why: "its entries hold @timestamp, action and actor" }, toml: null } : learned),
  check_mapping: ({ toml }) => check(toml),
  keep_mapping: () => null,
  acts,
  policy: () => policy,
  authorized: ({ question }) => authorized(question.user, question.action, question.resource),
  verdict: ({ id }) => (who(id) === undefined ? missing(id) : verdict(id, "the person", "the agent")),
  bridge_matrix: () => (empty ? { ...bridge, cells: [], potential: [], calls: 0, entitled: 0, beyond: 0, unanswerable: 0, for_nobody: 0 } : bridge),
  tokens: () => (empty ? [] : tokens),
  token: ({ id }) => token(id),
  requests: () => requests,
  agent: ({ id }) => agentSheet(id),
  exposure: ({ credential, at }) => exposure(credential, at ?? null),
  exposure_of_secret: ({ at }) => exposure("a pasted secret", at ?? null),
  ledger: ({ resource, view }) => ledger(resource, view),
  could_be: ({ key }) => couldBe(key),
  changes: () => changes,
  write_report: ({ to }) => ({ path: to }),
};

const rest = (ms: number) =>
  new Promise<void>((resolve) => {
    setTimeout(resolve, ms);
  });

async function work(progress: (message: Progress) => void): Promise<void> {
  cancelled = false;
  const total = 18_909_821;
  for (let done = 0; done <= 40 && !cancelled; done += 1) {
    progress({ stage: "read", file: files[Math.floor(done / 6)]?.path ?? null, done_bytes: (total * done) / 40, total_bytes: total, records: done * 159 });
    await rest(120);
  }
  for (const stage of ["index", "attribute", "rules"] as const) {
    progress({ stage, file: null, done_bytes: total, total_bytes: total, records: 6370 });
    await rest(150);
  }
  empty = false;
}

const host: Host = {
  pickers: "native",
  async ask(command, args) {
    await rest(5);
    if (stage.hold === command) await new Promise(() => undefined);
    if (stage.fail === command) {
      refuse({ code: "case_locked", message: "The case file is open in another program.", hint: "Close the other window of Behalf that holds it, then try again.", fault: "setting" });
    }
    const answer = answers[command] as (given: typeof args) => Commands[typeof command]["result"];
    return structuredClone(answer(args));
  },
  async run(command, args, progress) {
    if (command === "record_act") {
      const { by, act } = args as LongCommands["record_act"]["args"];
      return structuredClone(record(by, act)) as LongCommands[typeof command]["result"];
    }
    await work(progress);
    if (command === "demo_case") {
      opened = true;
      return CASE as LongCommands[typeof command]["result"];
    }
    const report = {
      cancelled,
      files: files.slice(0, cancelled ? 2 : 8).map(({ path, format, why, read, kept, duplicates, rejected, bytes }) => ({ path, format, why, read, kept, duplicates, rejected, bytes, seconds: 0.4 })),
    };
    return report as LongCommands[typeof command]["result"];
  },
  onDrop(events) {
    window.__DROP__ = events;
    return () => undefined;
  },
};

window.__BEHALF_TEST_HOST__ = host;
