import type { CallRow } from "../../bindings/CallRow";

/** A person under a number that holds within one list: the first who stands in it is 1. */
export function numbered(rows: CallRow[]): Map<string, number> {
  const numbers = new Map<string, number>();
  for (const { human } of rows) if (human !== null && !numbers.has(human)) numbers.set(human, numbers.size + 1);
  return numbers;
}
