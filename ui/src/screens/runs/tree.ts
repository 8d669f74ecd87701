import type { RunTree } from "../../bindings/RunTree";

/** A line of the tree: a run, or one of its calls. */
export type Line = { run: number; call: number | null; depth: number; children: boolean; open: boolean };

export type Loaded = {
  tree: RunTree;
  /** Calls of each run, by time. */
  callsOf: Uint32Array[];
  /** Calls in the tree of each run, itself included. */
  below: Uint32Array;
  /** Runs in the tree of each run, itself included. */
  spawned: Uint32Array;
  from: number;
  to: number;
};

/** The tree with what is looked up often, in one pass each way. */
export function load(tree: RunTree): Loaded {
  const { runs, calls } = tree;
  const sizes = new Uint32Array(runs.id.length);
  for (const run of calls.run) sizes[run] = (sizes[run] ?? 0) + 1;
  const callsOf = Array.from(sizes, (size) => new Uint32Array(size));
  const filled = new Uint32Array(runs.id.length);
  let [from, to] = [Infinity, -Infinity];
  const seen = (ms: number | null | undefined) => {
    if (ms === null || ms === undefined) return;
    if (ms < from) from = ms;
    if (ms > to) to = ms;
  };
  calls.run.forEach((run, call) => {
    const at = filled[run] ?? 0;
    const own = callsOf[run];
    if (own !== undefined) own[at] = call;
    filled[run] = at + 1;
    seen(calls.at[call]);
  });
  runs.from.forEach(seen);
  runs.to.forEach(seen);
  const below = Uint32Array.from(runs.calls);
  const spawned = new Uint32Array(runs.id.length).fill(1);
  // A run stands after its parent, so that backwards every child is done before its parent.
  for (let run = runs.id.length - 1; run > 0; run -= 1) {
    const parent = runs.parent[run] ?? -1;
    if (parent < 0) continue;
    below[parent] = (below[parent] ?? 0) + (below[run] ?? 0);
    spawned[parent] = (spawned[parent] ?? 0) + (spawned[run] ?? 0);
  }
  if (!(from <= to)) [from, to] = [0, 0];
  return { tree, callsOf, below, spawned, from, to: to === from ? from + 1 : to };
}

/** Lines in view: a closed run hides what it spawned; a run that is listed shows its calls. */
export function lines(loaded: Loaded, closed: ReadonlySet<number>, listed: (run: number) => boolean): Line[] {
  const { runs } = loaded.tree;
  const out: Line[] = [];
  for (let run = 0; run < runs.id.length; ) {
    const depth = runs.depth[run] ?? 0;
    const calls = loaded.callsOf[run] ?? new Uint32Array();
    const spawned = loaded.spawned[run] ?? 1;
    const children = spawned > 1 || calls.length > 0;
    const open = !closed.has(run);
    out.push({ run, call: null, depth, children, open });
    if (!open) {
      run += spawned;
      continue;
    }
    if (listed(run)) for (const call of calls) out.push({ run, call, depth: depth + 1, children: false, open: false });
    run += 1;
  }
  return out;
}

export type Span = { from: number; to: number };

/** Zoomed by a factor about a moment, never beyond the whole and never below a millisecond. */
export function zoomed(view: Span, whole: Span, factor: number, about: number): Span {
  const width = Math.min(whole.to - whole.from, Math.max(1, (view.to - view.from) * factor));
  const share = (about - view.from) / (view.to - view.from);
  return shifted({ from: about - share * width, to: about - share * width + width }, whole, 0);
}

/** Moved by a time, held inside the whole. */
export function shifted(view: Span, whole: Span, by: number): Span {
  const width = view.to - view.from;
  const from = Math.max(whole.from, Math.min(whole.to - width, view.from + by));
  return { from, to: from + width };
}

/** A path of ticks for moments in view, one a pixel at most. */
export function ticks(moments: Iterable<number>, view: Span, width: number, top: number, height: number): string {
  const scale = width / (view.to - view.from);
  const marked = new Set<number>();
  let path = "";
  for (const at of moments) {
    if (at < view.from || at > view.to) continue;
    const x = Math.round((at - view.from) * scale);
    if (marked.has(x)) continue;
    marked.add(x);
    path += `M${String(x)} ${String(top)}v${String(height)}`;
  }
  return path;
}
