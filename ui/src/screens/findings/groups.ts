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
  const worst = (list: FindingRow[]) => Math.min(...list.map((row) => rank(row.severity)));
  return [...found]
    .map(([key, list]) => ({
      key,
      rows: [...list].sort((a, b) => rank(a.severity) - rank(b.severity)),
      calls: list.reduce((sum, row) => sum + row.calls, 0),
    }))
    .sort((a, b) => worst(a.rows) - worst(b.rows) || a.key.localeCompare(b.key));
}
