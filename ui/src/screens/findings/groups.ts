import type { FindingRow } from "../../bindings/FindingRow";

export type Group = { key: string; rows: FindingRow[]; calls: number };

const RANK = ["critical", "high", "medium", "low", "info"];
export const rank = (severity: string): number => {
  const at = RANK.indexOf(severity);
  return at === -1 ? RANK.length : at;
};

/** Rows under their rule or family: the group with the worst finding first, rows in the order given within it. */
export function groups(rows: FindingRow[], by: "rule" | "family"): Group[] {
  const found = new Map<string, FindingRow[]>();
  for (const row of rows) found.set(row[by], [...(found.get(row[by]) ?? []), row]);
  // What a second person may sign as critical stands before what is only high.
  const weight = (row: FindingRow) => rank(row.severity) - (row.potential_critical ? 0.5 : 0);
  const worst = (list: FindingRow[]) => Math.min(...list.map(weight));
  return [...found]
    .map(([key, list]) => ({
      key,
      rows: [...list].sort((a, b) => weight(a) - weight(b)),
      calls: list.reduce((sum, row) => sum + row.calls, 0),
    }))
    .sort((a, b) => worst(a.rows) - worst(b.rows) || b.calls - a.calls || a.key.localeCompare(b.key));
}
