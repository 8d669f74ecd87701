import { expect, test } from "vitest";
import type { CallRow } from "../../bindings/CallRow";
import { isNamed, numbered } from "./masked";

const row = (human: string | null, grade: string | null) => ({ human, grade }) as CallRow;

test("staff are numbered as they come, and only those whom the evidence carries", () => {
  const rows = [row(null, "X"), row("c", "C"), row("a", "B"), row("b", "A"), row("a", "B")];
  expect([...numbered(rows)]).toEqual([
    ["a", 1],
    ["b", 2],
  ]);
  expect(rows.map(isNamed)).toEqual([false, false, true, true, true]);
});
