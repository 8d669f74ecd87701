import type { Filters, Sort } from "./filters";

/** How a row that is held in memory is looked at. */
export type Values<Row> = {
  /** What a column is narrowed by; `""` is none. */
  value: (row: Row, column: string) => string;
  /** What it is sorted by, where that is not its text. */
  rank?: (row: Row, column: string) => string | number | null | undefined;
  /** Where text is looked for. */
  searched: (row: Row) => string;
};

function matches<Row>(row: Row, values: Values<Row>, filters: Filters, text: string, without?: string): boolean {
  for (const [column, wanted] of Object.entries(filters)) {
    if (column !== without && wanted.length > 0 && !wanted.includes(values.value(row, column))) return false;
  }
  return text === "" || values.searched(row).toLowerCase().includes(text);
}

/** Rows that all filters and the text let through, in the order asked for; ties stay as they were. */
export function narrowed<Row>(rows: Row[], values: Values<Row>, filters: Filters, text: string, sort: Sort | null): Row[] {
  const found = rows.filter((row) => matches(row, values, filters, text.trim().toLowerCase()));
  if (sort === null) return found;
  const rank = (row: Row) => values.rank?.(row, sort.column) ?? values.value(row, sort.column);
  const way = sort.descending ? -1 : 1;
  return found.sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    if (typeof x === "number" && typeof y === "number") return way * (x - y);
    const [s, t] = [String(x), String(y)];
    return s === t ? 0 : way * (s < t ? -1 : 1);
  });
}

/** Values of a column with their rows, most rows first. The column's own choice does not narrow them. */
export function facet<Row>(rows: Row[], values: Values<Row>, filters: Filters, text: string, column: string): { value: string; label: string; count: number }[] {
  const found = new Map<string, number>();
  for (const row of rows) {
    if (!matches(row, values, filters, text.trim().toLowerCase(), column)) continue;
    const value = values.value(row, column);
    found.set(value, (found.get(value) ?? 0) + 1);
  }
  return [...found].map(([value, count]) => ({ value, label: value, count })).sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : 1));
}
