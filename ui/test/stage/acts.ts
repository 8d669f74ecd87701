import type { ActLine } from "../../src/bindings/ActLine";
import type { ActLog } from "../../src/bindings/ActLog";
import type { PolicyRow } from "../../src/bindings/PolicyRow";
import type { Recorded } from "../../src/bindings/Recorded";
import type { Wanted } from "../../src/bindings/Wanted";

const hash = (seq: number) => seq.toString(16).padStart(2, "0").repeat(32);

const lines: ActLine[] = [
  {
    seq: 1,
    at: "2026-04-07T09:12:00Z",
    who: "M. Aldous",
    act: "join",
    sentence: "joins github:robin-fernhill and uche.nwosu@fernhill.example from 2026-03-01T00:00:00Z to 2026-03-14T23:59:59.999999Z",
    reason: "the account was lent for the migration, says the platform team's ticket",
    undone_by: null,
    carried_from: null,
    effect: { lost: 0, gained: 96, changed: 0, regraded: 0 },
    hash: hash(1),
  },
  {
    seq: 2,
    at: "2026-04-07T09:40:00Z",
    who: "M. Aldous",
    act: "suspect",
    sentence: "marks host build-7 suspect from 2026-03-11T00:00:00Z",
    reason: "rebuilt after the incident of 11 March",
    undone_by: 3,
    carried_from: null,
    effect: { lost: 12, gained: 0, changed: 0, regraded: 0 },
    hash: hash(2),
  },
  {
    seq: 3,
    at: "2026-04-08T08:02:00Z",
    who: "M. Aldous",
    act: "undo",
    sentence: "undoes act 2",
    reason: "another host was meant",
    undone_by: null,
    carried_from: null,
    effect: { lost: 0, gained: 12, changed: 0, regraded: 0 },
    hash: hash(3),
  },
];

export const acts = (): ActLog => ({ head: lines.at(-1)?.hash ?? null, acts: lines, problems: [] });

export const policy: PolicyRow[] = [
  {
    key: "RU-06.days",
    says: "days that the logs cover",
    unit: "days",
    value: 30,
    shipped: 90,
    least: 7,
    most: 3650,
    whole: false,
    differs: true,
    set_by: "M. Aldous",
    set_at: "2026-04-07T09:20:00Z",
    reason: "the exports cover one month",
  },
  {
    key: "TK-01.minutes",
    says: "minutes of life that are not long; 15 is a common policy",
    unit: "minutes",
    value: 60,
    shipped: 60,
    least: 1,
    most: 43200,
    whole: false,
    differs: false,
    set_by: null,
    set_at: null,
    reason: null,
  },
  {
    key: "clocks.bound",
    says: "how far the clocks of two sources may differ where no pairs of records tell",
    unit: "seconds",
    value: 60,
    shipped: 60,
    least: 1,
    most: 3600,
    whole: false,
    differs: false,
    set_by: null,
    set_at: null,
    reason: null,
  },
];

/** Takes an act into the staged log, as the engine would. */
export function record(by: string, act: Wanted): Recorded {
  const seq = lines.length + 1;
  const line: ActLine = {
    seq,
    at: "2026-04-09T10:00:00Z",
    who: by,
    act: act.act,
    sentence: act.act === "undo" ? `undoes act ${act.seq.toString()}` : `records ${act.act}`,
    reason: act.reason,
    undone_by: null,
    carried_from: null,
    effect: { lost: 0, gained: 0, changed: 0, regraded: 0 },
    hash: hash(seq),
  };
  if (act.act === "undo") {
    const undone = lines.find((known) => known.seq === act.seq);
    if (undone) undone.undone_by = seq;
  }
  lines.push(line);
  return { act: line, warnings: [], analysed: true, lost: [] };
}
