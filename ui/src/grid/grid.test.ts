import { describe, expect, test } from "vitest";
import { AWAITED, moved, settled, span, START } from "./cursor";
import { nextSort, readFilters, readSort, withColumn, writeFilters, writeSort } from "./filters";
import { facet, narrowed, type Values } from "./memory";

describe("filters in an address", () => {
  test("come back as they were, whatever stands in the values", () => {
    const filters = { agent: ["a,b", "c:d"], human: ["", "~", "100%;"] };
    const text = writeFilters(filters);
    expect(text).toBe("agent:a%2Cb,c%3Ad;human:~,%7E,100%25%3B");
    expect(readFilters(text)).toEqual(filters);
  });
  test("a column without a value is no filter, and a part without a column is left out", () => {
    expect(writeFilters({ agent: [] })).toBeUndefined();
    expect(readFilters(":x;y;agent:")).toEqual({ agent: [] });
    expect(withColumn({ agent: ["a"], grade: ["X"] }, "agent", [])).toEqual({ grade: ["X"] });
  });
  test("a sort goes up, down and away", () => {
    const up = nextSort(null, "time");
    expect(writeSort(up)).toBe("time");
    const down = nextSort(up, "time");
    expect(writeSort(down)).toBe("-time");
    expect(nextSort(down, "time")).toBeNull();
    expect(nextSort(down, "agent")).toEqual({ column: "agent", descending: false });
    expect(readSort("-time")).toEqual(down);
    expect(readSort("-")).toBeNull();
  });
});

type Row = { name: string; kind: string; n: number };
const ROWS: Row[] = [
  { name: "b", kind: "x", n: 10 },
  { name: "a", kind: "y", n: 9 },
  { name: "c", kind: "x", n: 2 },
  { name: "d", kind: "", n: 2 },
];
const VALUES: Values<Row> = {
  value: (row, column) => (column === "kind" ? row.kind : row.name),
  rank: (row, column) => (column === "n" ? row.n : undefined),
  searched: (row) => row.name,
};

describe("rows in memory", () => {
  test("are narrowed by every filter, and sorted by number where there is one", () => {
    expect(narrowed(ROWS, VALUES, {}, "", { column: "n", descending: false }).map((row) => row.name)).toEqual(["c", "d", "a", "b"]);
    expect(narrowed(ROWS, VALUES, { kind: ["x"] }, "", { column: "name", descending: true }).map((row) => row.name)).toEqual(["c", "b"]);
    expect(narrowed(ROWS, VALUES, { kind: [""] }, " D ", null).map((row) => row.name)).toEqual(["d"]);
  });
  test("a facet counts what else could be chosen, most first", () => {
    expect(facet(ROWS, VALUES, { kind: ["y"] }, "", "kind")).toEqual([
      { value: "x", label: "x", count: 2 },
      { value: "", label: "", count: 1 },
      { value: "y", label: "y", count: 1 },
    ]);
    expect(facet(ROWS, VALUES, { name: ["a"] }, "", "kind")).toEqual([{ value: "y", label: "y", count: 1 }]);
  });
});

describe("the cursor", () => {
  const keys = ["p", "q", "r", "s"];
  const step = (cursor: typeof START, key: string, extend = false) => moved(cursor, key, extend, keys.length, 3, 2) ?? cursor;
  const on = (row: number) => ({ ...START, key: keys[row] ?? null, row });
  test("begins with the first row, and never leaves the rows", () => {
    expect(step(START, "j").row).toBe(0);
    expect(step(on(0), "j").row).toBe(1);
    expect(step(on(3), "ArrowDown").row).toBe(3);
    expect(step(on(0), "PageUp").row).toBe(0);
    expect(step(START, "End").row).toBe(3);
  });
  test("goes from the row into its cells and back", () => {
    const cell = step(on(1), "ArrowRight");
    expect([cell.column, cell.key]).toEqual([0, "q"]);
    expect(step(cell, "ArrowLeft").column).toBe(-1);
    expect(step({ ...on(1), column: 2 }, "ArrowRight").column).toBe(2);
  });
  test("extends from where the selection began, and a plain move ends it", () => {
    const one = step(on(2), "ArrowUp", true);
    const two = step({ ...one, key: keys[one.row] ?? null }, "ArrowUp", true);
    expect(span(two)).toEqual([0, 2]);
    expect(span(step({ ...two, key: "p" }, "ArrowDown"))).toEqual([1, 1]);
  });
  test("stays on its row when the order changes, and where it stood when the row is gone", () => {
    const turned = [...keys].reverse();
    expect(settled(on(1), 4, (row) => turned[row], (key) => turned.indexOf(key)).row).toBe(2);
    const fewer = ["p", "r"];
    const gone = settled(on(3), 2, (row) => fewer[row], (key) => fewer.indexOf(key));
    expect([gone.row, gone.key]).toEqual([1, "r"]);
    expect(settled(on(3), 9, () => undefined, () => -1).key).toBe("s");
    const far = { ...START, key: AWAITED, row: 7 };
    expect(settled(far, 9, () => undefined, () => -1)).toEqual(far);
    expect(settled(far, 9, () => "h", () => -1).key).toBe("h");
  });
});
