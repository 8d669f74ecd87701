import type { Mark } from "../../bindings/Mark";

export type Single = { kind: "single"; x: number; mark: Mark };
export type Dense = { kind: "dense"; x: number; width: number; count: number; own: number; from: number; to: number };
export type Drawn = Single | Dense;

/** Half the width of a mark, in pixels. */
export const HALF = 6;
export const labelWidth = (count: number): number => 8 + String(count).length * 7 + (count >= 1000 ? 4 : 0);

/** Marks in time order become singles where there is room, and density bars with their number where there is not. */
export function cluster(marks: Mark[], x: (ms: number) => number): Drawn[] {
  const drawn: Drawn[] = [];
  let members: Mark[] = [];
  let left = 0;
  let right = -Infinity;
  const flush = () => {
    const first = members[0];
    const last = members.at(-1);
    if (first === undefined || last === undefined) return;
    if (members.length === 1) drawn.push({ kind: "single", x: x(first.at), mark: first });
    else {
      drawn.push({
        kind: "dense",
        x: left,
        width: right - left,
        count: members.length,
        own: members.filter((mark) => mark.own).length,
        from: first.at,
        to: last.at,
      });
    }
    members = [];
  };
  for (const mark of marks) {
    const at = x(mark.at);
    if (members.length > 0 && at - HALF >= right + 1) flush();
    if (members.length === 0) left = at - HALF;
    members.push(mark);
    right = Math.max(at + HALF, members.length > 1 ? left + labelWidth(members.length) : -Infinity);
  }
  flush();
  return drawn;
}

/** The marks within a span; the list is in time order, so only its part is looked at. */
export function inSpan(marks: Mark[], from: number, to: number): Mark[] {
  return marks.slice(lowest(marks, from), lowest(marks, to + 1));
}

function lowest(marks: Mark[], at: number): number {
  let low = 0;
  let high = marks.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((marks[middle]?.at ?? 0) < at) low = middle + 1;
    else high = middle;
  }
  return low;
}
