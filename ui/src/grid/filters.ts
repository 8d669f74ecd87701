/** Values chosen by column: alternatives within one, `""` for none. */
export type Filters = Record<string, string[]>;

const ESCAPED = /[%,;:]/g;
const NONE = "~";

function written(value: string): string {
  if (value === "") return NONE;
  if (value === NONE) return "%7E";
  return value.replace(ESCAPED, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
}

function read(word: string): string {
  return word === NONE ? "" : word.replace(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}

/** Filters as an address carries them: "agent:a,b;grade:X". Undefined where nothing is chosen. */
export function writeFilters(filters: Filters): string | undefined {
  const parts = Object.entries(filters)
    .filter(([, values]) => values.length > 0)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([column, values]) => `${column}:${values.map(written).join(",")}`);
  return parts.length === 0 ? undefined : parts.join(";");
}

/** What an address says; a part without a column is left out. */
export function readFilters(text: string | undefined): Filters {
  const filters: Filters = {};
  for (const part of (text ?? "").split(";")) {
    const at = part.indexOf(":");
    if (at < 1) continue;
    filters[part.slice(0, at)] = part.slice(at + 1).split(",").filter((word) => word !== "").map(read);
  }
  return filters;
}

/** One column's values replaced. */
export function withColumn(filters: Filters, column: string, values: string[]): Filters {
  const rest = Object.entries(filters).filter(([name]) => name !== column);
  return Object.fromEntries(values.length === 0 ? rest : [...rest, [column, values]]);
}

export type Sort = { column: string; descending: boolean };

/** "-time" -> time, the last first. */
export function readSort(text: string | undefined): Sort | null {
  if (text === undefined || text === "" || text === "-") return null;
  return text.startsWith("-") ? { column: text.slice(1), descending: true } : { column: text, descending: false };
}

export const writeSort = (sort: Sort | null): string | undefined => (sort === null ? undefined : `${sort.descending ? "-" : ""}${sort.column}`);

/** Up, down, and back to the order that the screen has by itself. */
export function nextSort(sort: Sort | null, column: string): Sort | null {
  if (sort?.column !== column) return { column, descending: false };
  return sort.descending ? null : { column, descending: true };
}
