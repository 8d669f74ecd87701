import type { CallQuery } from "../../src/bindings/CallQuery";
import type { CallRow } from "../../src/bindings/CallRow";
import type { FacetValue } from "../../src/bindings/FacetValue";
import { SETS } from "./answers";
import { type Call, calls } from "./calls";

const STRIDE = 200;

function value(call: Call, column: string): string {
  switch (column) {
    case "source":
      return call.source;
    case "service":
      return call.target;
    case "action":
      return call.action;
    case "resource":
      return call.resource;
    case "outcome":
      return call.outcome;
    case "wire":
      return call.wire;
    case "agent":
      return call.agent ?? "";
    case "human":
      return call.human ?? "";
    case "grade":
      return call.grade ?? "";
    case "pattern":
      return call.pattern;
    case "refusal":
      return call.refusal ?? "";
    case "run":
      return call.run ?? "";
    default:
      return "";
  }
}

function found(query: CallQuery, without?: string): Call[] {
  const { set } = query;
  const inSet = set === undefined ? () => true : set.startsWith("day:") ? (call: Call) => call.time.startsWith(set.slice(4)) : (SETS[set] ?? (() => false));
  const text = (query.text ?? "").toLowerCase();
  const rows = calls.filter(
    (call) =>
      inSet(call) &&
      Object.entries(query.columns).every(([column, wanted]) => column === without || wanted === undefined || wanted.length === 0 || wanted.includes(value(call, column))) &&
      (query.from === null || call.at >= query.from) &&
      (query.to === null || call.at < query.to) &&
      [call.action, call.resource, call.human, call.agent, call.wire, call.run, call.id].join(" ").toLowerCase().includes(text),
  );
  const { sort } = query;
  const key = (call: Call) => (sort === undefined ? call.at : value(call, sort));
  rows.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0));
  return query.descending ? rows.reverse() : rows;
}

/** A million copies of the staged calls, for what a grid does with many. */
let times = 1;
export function multiply(by: number): void {
  times = by;
}

const row = (call: Call, copy: number): CallRow => ({
  id: copy === 0 ? call.id : `${call.id}~${String(copy)}`,
  kind: "call",
  source: call.source,
  time: call.time,
  action: call.action,
  resource: call.resource,
  outcome: call.outcome,
  wire: call.wire,
  wire_kind: call.wireKind,
  agent: call.agent,
  human: call.human,
  authority: null,
  grade: call.grade,
  run: call.run,
  pattern: call.pattern,
  refusal: call.refusal,
  evidence: call.evidence,
  service: call.target,
  findings: call.findings,
});

export function index(query: CallQuery) {
  const total = found(query).length * times;
  return { total, stride: STRIDE, keys: Array.from({ length: Math.ceil(total / STRIDE) }, (_, page) => String(page)) };
}

export function page(query: CallQuery, key: string | null): CallRow[] {
  const rows = found(query);
  const from = Number(key ?? 0) * STRIDE;
  const last = Math.min(rows.length * times, from + STRIDE);
  return Array.from({ length: last - from }, (_, n) => {
    const at = from + n;
    const call = rows[at % rows.length];
    return call === undefined ? [] : [row(call, Math.floor(at / rows.length))];
  }).flat();
}

export function position(query: CallQuery, id: string): number | null {
  const at = found(query).findIndex((call) => call.id === id);
  return at === -1 ? null : at;
}

export function facet(query: CallQuery, column: string, text: string, limit: number): FacetValue[] {
  const counts = new Map<string, number>();
  for (const call of found(query, column)) {
    const word = value(call, column);
    if (word.toLowerCase().includes(text.toLowerCase())) counts.set(word, (counts.get(word) ?? 0) + 1);
  }
  return [...counts]
    .map(([word, count]) => ({ value: word, label: word, count: count * times }))
    .sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1))
    .slice(0, limit);
}
