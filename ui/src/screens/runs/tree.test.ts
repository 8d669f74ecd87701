import { describe, expect, test } from "vitest";
import type { RunTree } from "../../bindings/RunTree";
import { lines, load, shifted, ticks, zoomed } from "./tree";

/** 0 -> (1 -> 2), 3; calls: one of 0, two of 2, one of 3 without a time. */
const TREE: RunTree = {
  asked: 0,
  person: null,
  words: ["a", "person", "success"],
  runs: { id: ["r0", "r1", "r2", "r3"], parent: [-1, 0, 1, 0], depth: [0, 1, 2, 1], agent: [0, 0, 0, 0], from: [0, 10, 20, null], to: [100, 50, 40, null], calls: [1, 0, 2, 1], ending: [1, 1, 1, 1] },
  calls: { id: ["c0", "c1", "c2", "c3"], run: [0, 2, 2, 3], at: [5, 25, 30, null], action: [0, 0, 0, 0], resource: [-1, -1, -1, -1], outcome: [2, 2, 2, 2], grade: [-1, -1, -1, -1] },
  total_calls: 4,
};

describe("a tree of runs", () => {
  const loaded = load(TREE);
  test("counts what stands below each run", () => {
    expect([...loaded.below]).toEqual([4, 2, 2, 1]);
    expect([...loaded.spawned]).toEqual([4, 2, 1, 1]);
    expect([loaded.from, loaded.to]).toEqual([0, 100]);
    expect(loaded.callsOf.map((calls) => [...calls])).toEqual([[0], [], [1, 2], [3]]);
  });
  test("a closed run hides all that it spawned, and nothing else", () => {
    const shown = (closed: number[], listed: number[]) => lines(loaded, new Set(closed), (run) => listed.includes(run)).map((line) => (line.call === null ? `r${String(line.run)}` : `c${String(line.call)}`));
    expect(shown([], [])).toEqual(["r0", "r1", "r2", "r3"]);
    expect(shown([1], [0, 2])).toEqual(["r0", "c0", "r1", "r3"]);
    expect(shown([], [2])).toEqual(["r0", "r1", "r2", "c1", "c2", "r3"]);
    expect(shown([0], [0])).toEqual(["r0"]);
  });
  test("a hundred thousand runs are laid out while a reader blinks", () => {
    const n = 100_000;
    const many: RunTree = {
      ...TREE,
      runs: { id: Array.from({ length: n }, (_, at) => `r${String(at)}`), parent: Array.from({ length: n }, (_, at) => (at === 0 ? -1 : 0)), depth: Array.from({ length: n }, (_, at) => (at === 0 ? 0 : 1)), agent: Array(n).fill(0), from: Array(n).fill(0), to: Array(n).fill(1), calls: Array(n).fill(0), ending: Array(n).fill(1) },
      calls: { id: [], run: [], at: [], action: [], resource: [], outcome: [], grade: [] },
    };
    expect(lines(load(many), new Set(), () => true)).toHaveLength(n);
    expect(lines(load(many), new Set([0]), () => true)).toHaveLength(1);
  });
});

describe("the view of its time", () => {
  const whole = { from: 0, to: 1000 };
  test("zooms about the pointer and stays inside the whole", () => {
    expect(zoomed(whole, whole, 0.5, 0)).toEqual({ from: 0, to: 500 });
    expect(zoomed({ from: 400, to: 600 }, whole, 0.5, 500)).toEqual({ from: 450, to: 550 });
    expect(zoomed({ from: 400, to: 600 }, whole, 100, 500)).toEqual(whole);
    expect(zoomed({ from: 0, to: 2 }, whole, 0.001, 1).to).toBeLessThanOrEqual(2);
    expect(shifted({ from: 900, to: 1000 }, whole, 50)).toEqual({ from: 900, to: 1000 });
    expect(shifted({ from: 100, to: 200 }, whole, -50)).toEqual({ from: 50, to: 150 });
  });
  test("draws a tick a pixel at most, and none outside", () => {
    expect(ticks([0, 1, 2, 500, 2000], whole, 100, 4, 8)).toBe("M0 4v8M50 4v8");
  });
});
