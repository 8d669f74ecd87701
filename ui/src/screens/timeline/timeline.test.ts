import { describe, expect, test } from "vitest";
import type { Mark } from "../../bindings/Mark";
import type { RunBar } from "../../bindings/RunBar";
import type { Timeline } from "../../bindings/Timeline";
import { cluster, inSpan } from "./cluster";
import { lanes, lanesIn } from "./lanes";
import { moved, showing, ticks, toMs, toX, within, zoomAbout } from "./scale";

const HOUR = 3_600_000;
const bounds = { from: 0, to: 100 * HOUR };

describe("the scale", () => {
  test("zooming keeps the moment under the pointer where it is", () => {
    const view = { from: 10 * HOUR, to: 20 * HOUR };
    const next = zoomAbout(view, 13 * HOUR, 0.5, bounds);
    expect(next.to - next.from).toBe(5 * HOUR);
    expect(toX(13 * HOUR, next, 1000)).toBeCloseTo(toX(13 * HOUR, view, 1000));
  });
  test("no view leaves the bounds or becomes shorter than can be drawn", () => {
    expect(zoomAbout(bounds, 50 * HOUR, 9, bounds)).toEqual(bounds);
    expect(moved({ from: 0, to: HOUR }, -4, bounds)).toEqual({ from: 0, to: HOUR });
    const tight = zoomAbout({ from: 0, to: 30 }, 15, 0.0001, bounds);
    expect(tight.to - tight.from).toBe(20);
    expect(within({ from: 5, to: 2 }, bounds).to).toBeGreaterThan(5);
  });
  test("pixels and moments are each other's inverse", () => {
    const view = { from: 5, to: 5000 };
    expect(toMs(toX(1234, view, 800), view, 800)).toBeCloseTo(1234);
  });
  test("a call out of view is brought to its middle, one in view moves nothing", () => {
    const view = { from: 10 * HOUR, to: 20 * HOUR };
    expect(showing(view, 15 * HOUR, bounds)).toBe(view);
    expect(showing(view, 50 * HOUR, bounds)).toEqual({ from: 45 * HOUR, to: 55 * HOUR });
  });
  test("ticks are round in the zone shown, here Kathmandu", () => {
    const day = { from: Date.UTC(2026, 2, 4), to: Date.UTC(2026, 2, 5) };
    expect(ticks(day, 1000, "utc").map((tick) => tick.label)).toContain("06:00");
    expect(ticks(day, 1000, "local").map((tick) => tick.label)).toContain("12:00");
    const years = ticks({ from: Date.UTC(2024, 0, 1), to: Date.UTC(2026, 0, 1) }, 900, "utc");
    expect(years.map((tick) => tick.label)).toContain("Jan 2025");
    for (const [a, b] of years.slice(1).map((tick, at) => [years[at], tick])) expect((b?.at ?? 0) - (a?.at ?? 0)).toBeGreaterThan(0);
  });
});

const mark = (id: string, at: number, more: Partial<Mark> = {}): Mark => ({
  id,
  at,
  time: "",
  source: "s",
  action: "a",
  resource: null,
  outcome: "success",
  agent: "agent",
  run: null,
  own: false,
  grade: "C",
  pattern: "obo",
  target: "ledger",
  findings: 0,
  ...more,
});

describe("marks", () => {
  test("marks with room stay single, and no mark is lost in a density bar", () => {
    const marks = [0, 3, 6, 50, 200, 201, 202, 203].map((at) => mark(String(at), at));
    const drawn = cluster(marks, (ms) => ms);
    expect(drawn.map((each) => each.kind)).toEqual(["dense", "single", "dense"]);
    expect(drawn.reduce((sum, each) => sum + (each.kind === "single" ? 1 : each.count), 0)).toBe(marks.length);
  });
  test("no two things drawn overlap", () => {
    const marks = Array.from({ length: 300 }, (_, at) => mark(String(at), (at * at * 7) % 900)).sort((a, b) => a.at - b.at);
    let edge = -Infinity;
    for (const each of cluster(marks, (ms) => ms)) {
      const left = each.kind === "single" ? each.x - 5 : each.x;
      expect(left).toBeGreaterThanOrEqual(edge);
      edge = each.kind === "single" ? each.x + 5 : each.x + each.width;
    }
  });
  test("only marks of the span are taken, ends included", () => {
    expect(inSpan([mark("a", 1), mark("b", 5), mark("c", 9)], 1, 5).map((each) => each.id)).toEqual(["a", "b"]);
  });
});

describe("lanes", () => {
  const run = (id: string, parent: string | null, from: number): RunBar => ({ id, parent, agent: "agent", depth: 0, from, to: from + 5, calls: 1, refused: null });
  const timeline: Timeline = {
    person: { key: "p", shown: "p", name: null, department: null, status: null, own: 1, on_behalf: 4 },
    from: 0,
    to: 100,
    runs: [run("b", "a", 20), run("a", null, 10), run("c", "b", 30), run("x", "y", 40), run("y", "x", 40)],
    calls: [mark("1", 1, { own: true }), mark("2", 11, { run: "a" }), mark("3", 21, { run: "b" }), mark("4", 31, { run: "c" }), mark("5", 50, { run: "gone" })],
    total_calls: 5,
    density: [],
    gaps: [],
    untimed: [],
    total_untimed: 0,
  };
  const runs = (closed: string[]) =>
    lanes(timeline, new Set(closed)).flatMap((lane) => (lane.kind === "run" ? [[lane.run.id, lane.depth, lane.marks.length]] : []));

  test("runs stand as a tree, and a cycle is shown and ends", () => {
    expect(runs([])).toEqual([["a", 0, 1], ["b", 1, 1], ["c", 2, 1], ["x", 0, 0], ["y", 1, 0]]);
  });
  test("a closed run keeps the calls of what it spawned", () => {
    expect(runs(["a"])[0]).toEqual(["a", 0, 3]);
  });
  test("runs out of view are left out, their parents kept while a child shows", () => {
    const shown = lanesIn(lanes(timeline, new Set()), 30, 32).flatMap((lane) => (lane.kind === "run" ? [lane.run.id] : []));
    expect(shown).toEqual(["a", "b", "c"]);
    expect(lanesIn(lanes(timeline, new Set()), 90, 99).some((lane) => lane.kind === "run")).toBe(false);
  });
  test("every call has a lane beside its target's", () => {
    const found = lanes(timeline, new Set()).flatMap((lane) => (lane.kind === "heading" || lane.kind === "target" ? [] : lane.marks.map((each) => each.id)));
    expect(found.sort()).toEqual(["1", "2", "3", "4", "5"]);
  });
});
