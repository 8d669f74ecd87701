import type { CallRow } from "../../bindings/CallRow";

/** What is handed out names a person at grade B or better, as reports do. */
export const isNamed = (row: CallRow): boolean => row.human !== null && (row.grade === "A" || row.grade === "B");

/** A person under a number that holds within one list: the first who is named in it is 1. */
export function numbered(rows: CallRow[]): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const row of rows) if (row.human !== null && isNamed(row) && !numbers.has(row.human)) numbers.set(row.human, numbers.size + 1);
  return numbers;
}
