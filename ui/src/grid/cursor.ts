/** Where the keyboard stands in a grid: a row by identity, a cell or the whole row, and how far a selection reaches. */
export type Cursor = {
  /** The row's identity; null before the grid was touched. */
  key: string | null;
  /** Where that row was seen last. */
  row: number;
  /** -1: the whole row. */
  column: number;
  /** The other end of a selection of rows; null for the row alone. */
  anchor: number | null;
};

/** The identity of a row whose page is still on the way: it becomes the row's own once that is there. */
export const AWAITED = "";

export const START: Cursor = { key: null, row: 0, column: -1, anchor: null };

export const within = (at: number, count: number): number => Math.max(0, Math.min(count - 1, at));

/** Rows of the selection, first and last. */
export function span(cursor: Cursor): [number, number] {
  const other = cursor.anchor ?? cursor.row;
  return [Math.min(cursor.row, other), Math.max(cursor.row, other)];
}

/** The step that a key stands for; null where it is none of the grid's moves. */
export function moved(cursor: Cursor, key: string, extend: boolean, count: number, columns: number, page: number): Cursor | null {
  const to = (row: number): Cursor => {
    const at = within(cursor.key === null && row > 0 && key !== "End" ? row - 1 : row, count);
    return { ...cursor, key: null, row: at, anchor: extend ? (cursor.anchor ?? cursor.row) : null };
  };
  switch (key) {
    case "ArrowDown":
    case "j":
      return to(cursor.row + 1);
    case "ArrowUp":
    case "k":
      return to(cursor.row - 1);
    case "PageDown":
      return to(cursor.row + page);
    case "PageUp":
      return to(cursor.row - page);
    case "Home":
      return to(0);
    case "End":
      return to(count - 1);
    case "ArrowRight":
      return { ...cursor, column: Math.min(columns - 1, cursor.column + 1) };
    case "ArrowLeft":
      return { ...cursor, column: Math.max(-1, cursor.column - 1) };
    default:
      return null;
  }
}

/** The cursor on its row again, after rows came, went or changed their order: by identity, else where it stood. */
export function settled(cursor: Cursor, count: number, keyAt: (row: number) => string | undefined, find: (key: string) => number): Cursor {
  if (count === 0) return cursor;
  const here = within(cursor.row, count);
  const key = keyAt(here);
  if (cursor.key === AWAITED) return { ...cursor, key: key ?? AWAITED, row: here };
  if (cursor.key === null || key === cursor.key || key === undefined) return here === cursor.row ? cursor : { ...cursor, row: here };
  const found = find(cursor.key);
  return found === -1 ? { ...cursor, key: key ?? AWAITED, row: here, anchor: null } : { ...cursor, row: found, anchor: null };
}
