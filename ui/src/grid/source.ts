import type { FacetValue } from "../bindings/FacetValue";

/** Rows wherever they are: all in memory, or in pages that come when they are wanted. */
export type RowSource<Row> = {
  count: number;
  /** Undefined while its page is on the way. */
  at: (row: number) => Row | undefined;
  /** Says which rows are in view. */
  want?: (first: number, last: number) => void;
  /** Where a row stands among those that are here; -1 where it is not. */
  find: (key: string) => number;
  /** Where it stands among all. */
  locate?: (key: string) => Promise<number | null>;
};

/** What a grid's bar asks of its rows. */
export type Facets = (column: string, text: string) => Promise<FacetValue[]>;

export function inMemory<Row>(rows: Row[], rowKey: (row: Row) => string): RowSource<Row> {
  return { count: rows.length, at: (row) => rows[row], find: (key) => rows.findIndex((row) => rowKey(row) === key) };
}
