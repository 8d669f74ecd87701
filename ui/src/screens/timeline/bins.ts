import type { Timeline } from "../../bindings/Timeline";
import type { Span } from "./scale";

export type Bin = { own: number; behalf: number };

/** Counts of calls in even slices of the bounds: of the density where it came, else of the calls themselves. */
export function bins(timeline: Timeline, bounds: Span, slices: number): Bin[] {
  const found: Bin[] = Array.from({ length: Math.max(1, slices) }, () => ({ own: 0, behalf: 0 }));
  const put = (at: number, own: number, behalf: number) => {
    const share = (at - bounds.from) / (bounds.to - bounds.from);
    const bin = found[Math.min(found.length - 1, Math.max(0, Math.floor(share * found.length)))];
    if (bin === undefined) return;
    bin.own += own;
    bin.behalf += behalf;
  };
  if (timeline.total_calls > timeline.calls.length) for (const slice of timeline.density) put((slice.from + slice.to) / 2, slice.own, slice.on_behalf);
  else for (const mark of timeline.calls) put(mark.at, mark.own ? 1 : 0, mark.own ? 0 : 1);
  return found;
}
