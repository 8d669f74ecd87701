import type { Gap } from "../../bindings/Gap";
import type { Mark } from "../../bindings/Mark";
import type { RunBar } from "../../bindings/RunBar";
import type { Timeline } from "../../bindings/Timeline";

export type Lane =
  | { kind: "own"; key: string; marks: Mark[] }
  | { kind: "heading"; key: string; heading: "agents" | "targets" }
  | { kind: "run"; key: string; run: RunBar; depth: number; children: number; open: boolean; marks: Mark[]; gaps: Gap[] }
  | { kind: "runless"; key: string; agent: string | null; marks: Mark[] }
  | { kind: "target"; key: string; target: string; marks: Mark[] };

const start = (run: RunBar): number => run.from ?? Number.MAX_SAFE_INTEGER;

/** The lanes from top to bottom: own hand, the tree of runs, the targets. A closed run stands for all that it spawned. */
export function lanes(timeline: Timeline, closed: ReadonlySet<string>): Lane[] {
  const own = timeline.calls.filter((mark) => mark.own);
  const behalf = timeline.calls.filter((mark) => !mark.own);
  const byRun = gather(behalf, (mark) => mark.run);
  const known = new Map(timeline.runs.map((run) => [run.id, run]));
  const children = gather(timeline.runs, (run) => (run.parent !== null && known.has(run.parent) ? run.parent : null));
  const found: Lane[] = [{ kind: "own", key: "own", marks: own }];

  const seen = new Set<string>();
  const below = (run: RunBar): Mark[] => {
    const marks = [...(byRun.get(run.id) ?? [])];
    for (const child of children.get(run.id) ?? []) if (!seen.has(child.id)) marks.push(...mine(child));
    return marks;
  };
  const mine = (run: RunBar): Mark[] => {
    seen.add(run.id);
    return below(run);
  };
  const walk = (run: RunBar, depth: number) => {
    if (seen.has(run.id)) return;
    const spawned = children.get(run.id) ?? [];
    const open = !closed.has(run.id);
    seen.add(run.id);
    const marks = open ? (byRun.get(run.id) ?? []) : below(run).sort((a, b) => a.at - b.at);
    found.push({ kind: "run", key: `run:${run.id}`, run, depth, children: spawned.length, open, marks, gaps: timeline.gaps.filter((gap) => gap.run === run.id) });
    if (open) for (const child of [...spawned].sort((a, b) => start(a) - start(b))) walk(child, depth + 1);
  };
  const roots = timeline.runs.filter((run) => run.parent === null || !known.has(run.parent));
  const runless = gather(
    behalf.filter((mark) => mark.run === null || !known.has(mark.run)),
    (mark) => mark.agent ?? "",
  );
  if (roots.length + runless.size > 0) found.push({ kind: "heading", key: "agents", heading: "agents" });
  for (const run of [...roots].sort((a, b) => start(a) - start(b))) walk(run, 0);
  // Runs that are only each other's parents are shown too: nothing is left out for being impossible.
  for (const run of timeline.runs) walk(run, 0);
  for (const [agent, marks] of runless) found.push({ kind: "runless", key: `runless:${agent}`, agent: agent === "" ? null : agent, marks });

  const targets = [...gather(timeline.calls, (mark) => mark.target)].sort((a, b) => b[1].length - a[1].length || a[0].localeCompare(b[0]));
  if (targets.length > 0) found.push({ kind: "heading", key: "targets", heading: "targets" });
  for (const [target, marks] of targets) found.push({ kind: "target", key: `target:${target}`, target, marks });
  return found;
}

function gather<T>(items: T[], key: (item: T) => string | null): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const item of items) {
    const word = key(item);
    if (word === null) continue;
    const list = found.get(word);
    if (list === undefined) found.set(word, [item]);
    else list.push(item);
  }
  return found;
}

/** The lanes without the runs that show nothing in the span; a run stays where anything it spawned does. */
export function lanesIn(all: Lane[], from: number, to: number): Lane[] {
  const kept: Lane[] = [];
  // Walked from the bottom: when a run comes, it is known whether something deeper below it is kept.
  let keptDepth = -1;
  for (const lane of [...all].reverse()) {
    if (lane.kind !== "run") {
      keptDepth = -1;
      kept.push(lane);
      continue;
    }
    const touches = (a: number | null, b: number | null) => a !== null && b !== null && a <= to && b >= from;
    const shows =
      keptDepth > lane.depth ||
      touches(lane.run.from, lane.run.to) ||
      lane.gaps.some((gap) => touches(gap.from, gap.to)) ||
      lane.marks.some((mark) => mark.at >= from && mark.at <= to);
    if (shows) {
      kept.push(lane);
      keptDepth = lane.depth;
    } else if (keptDepth > lane.depth) keptDepth = lane.depth;
  }
  return kept.reverse();
}
