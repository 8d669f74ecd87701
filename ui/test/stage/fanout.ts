import type { RunRow } from "../../src/bindings/RunRow";
import type { RunTree } from "../../src/bindings/RunTree";
import { calls, runs } from "./calls";

const children = new Map<string, string[]>();
for (const run of runs.values()) if (run.parent !== null) children.set(run.parent, [...(children.get(run.parent) ?? []), run.id]);

function below(id: string): string[] {
  return [id, ...(children.get(id) ?? []).flatMap(below)];
}

export const runRows: RunRow[] = [...runs.values()]
  .filter((run) => run.parent === null)
  .map((run): RunRow => {
    const ids = new Set(below(run.id));
    const mine = calls.filter((call) => call.run !== null && ids.has(call.run));
    return {
      id: run.id,
      agent: run.agent,
      person: run.human,
      ending: run.human === null ? "no_origin" : "person",
      first: run.from === null ? null : new Date(run.from).toISOString(),
      last: run.to === null ? null : new Date(run.to).toISOString(),
      runs: ids.size,
      calls: mine.length,
      agents: new Set([...ids].map((id) => runs.get(id)?.agent)).size,
    };
  })
  .sort((a, b) => b.runs - a.runs || b.calls - a.calls);

/** A tree of this many spans, for what a window does with many. */
export function wide(spans: number): RunTree {
  const each = 40;
  const count = Math.ceil(spans / (each + 1));
  const from = Date.UTC(2026, 2, 4, 8);
  const start = (run: number) => from + run * 900;
  return {
    asked: 0,
    person: "lena.osei@fernhill.example",
    words: ["claims-triage", "statement-reader", "person", "missing_parent", "claims.read", "success", "denied", "B"],
    runs: {
      id: Array.from({ length: count }, (_, run) => `${run.toString(16).padStart(8, "0")}-0000-4000-a000-000000000000`),
      parent: Array.from({ length: count }, (_, run) => (run === 0 ? -1 : Math.floor((run - 1) / 400) === 0 ? 0 : Math.floor((run - 1) / 400))),
      depth: Array.from({ length: count }, (_, run) => (run === 0 ? 0 : 1)),
      agent: Array.from({ length: count }, (_, run) => run % 2),
      from: Array.from({ length: count }, (_, run) => start(run)),
      to: Array.from({ length: count }, (_, run) => start(run) + 60_000),
      calls: Array<number>(count).fill(each),
      ending: Array.from({ length: count }, (_, run) => (run % 31 === 30 ? 3 : 2)),
    },
    calls: {
      id: Array.from({ length: count * each }, (_, call) => `c${String(call)}`),
      run: Array.from({ length: count * each }, (_, call) => Math.floor(call / each)),
      at: Array.from({ length: count * each }, (_, call) => start(Math.floor(call / each)) + (call % each) * 1_400),
      action: Array<number>(count * each).fill(4),
      resource: Array<number>(count * each).fill(-1),
      outcome: Array.from({ length: count * each }, (_, call) => (call % 29 === 7 ? 6 : 5)),
      grade: Array<number>(count * each).fill(7),
    },
    total_calls: count * each,
  };
}

export function runTree(id: string): RunTree | undefined {
  let top = runs.get(id);
  if (top === undefined) return undefined;
  while (top.parent !== null) top = runs.get(top.parent) ?? top;
  const words: string[] = [];
  const word = (text: string | null): number => {
    if (text === null) return -1;
    const at = words.indexOf(text);
    return at === -1 ? words.push(text) - 1 : at;
  };
  const ids = below(top.id);
  const index = new Map(ids.map((each, at) => [each, at]));
  const nodes = ids.flatMap((each) => runs.get(each) ?? []);
  const mine = calls.filter((call) => call.run !== null && index.has(call.run));
  return {
    asked: index.get(id) ?? 0,
    person: top.human,
    words,
    runs: {
      id: ids,
      parent: nodes.map((run) => (run.parent === null ? -1 : (index.get(run.parent) ?? -1))),
      depth: nodes.map((run) => run.depth - (top.depth ?? 0)),
      agent: nodes.map((run) => word(run.agent)),
      from: nodes.map((run) => run.from),
      to: nodes.map((run) => run.to),
      calls: nodes.map((run) => run.calls),
      ending: nodes.map((run) => word(run.human === null ? "missing_parent" : "person")),
    },
    calls: {
      id: mine.map((call) => call.id),
      run: mine.map((call) => index.get(call.run ?? "") ?? 0),
      at: mine.map((call) => call.at),
      action: mine.map((call) => word(call.action)),
      resource: mine.map((call) => word(call.resource)),
      outcome: mine.map((call) => word(call.outcome)),
      grade: mine.map((call) => word(call.grade)),
    },
    total_calls: mine.length,
  };
}
