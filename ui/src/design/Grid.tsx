import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { AWAITED, type Cursor, moved, settled, span, START } from "../grid/cursor";
import type { Sort } from "../grid/filters";
import type { RowSource } from "../grid/source";
import { usePreferences } from "../state/preferences";
import { strings } from "../strings";
import "./grid.css";

export type Column<Row> = {
  key: string;
  label: string;
  /** A track of the grid's template: "96px", "minmax(120px, 2fr)". */
  width: string;
  end?: true;
  cell: (row: Row) => ReactNode;
  /** The cell as it is copied and exported. */
  text: (row: Row) => string;
  sortable?: true;
};

type Props<Row> = {
  label: string;
  source: RowSource<Row>;
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  /** The row whose record is open elsewhere. */
  selected: string | undefined;
  onOpen: (row: Row) => void;
  sort?: Sort | null;
  onSort?: (column: string) => void;
  testid?: string;
};

const GAP = 12;
const SIDE = 24;
/** Browsers draw no box taller than some 33 million pixels; what lies beyond is reached by filters, order or the paged table. */
export const MOST_ROWS = 1_000_000;

const words = strings.grid;

/**
 * A read-only grid over many rows. The grid holds the focus and points at its current row or cell, which is always in
 * the document, so that a screen reader and the keyboard never lose it to scrolling.
 */
export function Grid<Row>({ label, source, columns, rowKey, selected, onOpen, sort = null, onSort, testid }: Props<Row>) {
  const { density } = usePreferences();
  const scroll = useRef<HTMLDivElement>(null);
  const [said, setSaid] = useState("");
  const [kept, setCursor] = useState<Cursor>(START);
  const prefix = useId();
  const keyAt = (at: number) => {
    const row = source.at(at);
    return row === undefined ? undefined : rowKey(row);
  };
  const rows = Math.min(source.count, MOST_ROWS);
  const cursor = settled(kept, rows, keyAt, source.find);

  // eslint-disable-next-line react-hooks/incompatible-library -- the virtualizer keeps its own state by design
  const virtual = useVirtualizer({
    count: rows,
    getScrollElement: () => scroll.current,
    estimateSize: () => density,
    overscan: 12,
    scrollPaddingStart: density,
    rangeExtractor: (range) => {
      const shown = defaultRangeExtractor(range);
      return shown.includes(cursor.row) || cursor.row >= rows ? shown : [...shown, cursor.row].sort((a, b) => a - b);
    },
  });
  useEffect(() => {
    virtual.measure();
  }, [density, virtual]);

  const items = virtual.getVirtualItems();
  const range = virtual.range;
  const [from, to] = [range?.startIndex ?? 0, range?.endIndex ?? 40];
  useEffect(() => {
    source.want?.(from, to);
  }, [source, from, to]);

  // A selection made elsewhere becomes the current row and comes into view, wherever its page is.
  const followed = useRef<string | undefined>(undefined);
  const { locate } = source;
  useEffect(() => {
    if (selected === followed.current || source.count === 0) return;
    followed.current = selected;
    if (selected === undefined) return;
    const go = (row: number) => {
      setCursor((now) => ({ ...now, key: selected, row, anchor: null }));
      virtual.scrollToIndex(row, { align: "auto" });
    };
    const here = source.find(selected);
    if (here !== -1) go(here);
    else
      void locate?.(selected).then((row) => {
        if (row !== null) go(row);
      });
  }, [selected, source, locate, virtual]);

  const show = (next: Cursor) => {
    setCursor({ ...next, key: next.key ?? keyAt(next.row) ?? AWAITED });
    virtual.scrollToIndex(next.row, { align: "auto" });
  };
  const copy = () => {
    const [first, last] = span(cursor);
    const rows = Array.from({ length: last - first + 1 }, (_, n) => source.at(first + n)).filter((row) => row !== undefined);
    const cell = columns[cursor.column];
    const shown = first === last && cell !== undefined ? [cell] : columns;
    const text = rows.map((row) => shown.map((column) => column.text(row).replace(/[\t\n\r]+/g, " ")).join("\t")).join("\n");
    void navigator.clipboard.writeText(text).then(
      () => {
        setSaid(first === last && cell !== undefined ? words.copiedCell : words.copiedRows(rows.length));
      },
      () => {
        setSaid(strings.copy.failed);
      },
    );
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const row = source.at(cursor.row);
    if ((event.ctrlKey || event.metaKey) && event.key === "c" && String(window.getSelection()) === "") copy();
    else if (event.ctrlKey || event.metaKey || event.altKey) return;
    else if (event.key === "Enter" || event.key === " ") {
      if (row === undefined) return;
      setCursor({ ...cursor, key: rowKey(row) });
      onOpen(row);
    } else if (event.key === "s" && onSort !== undefined) {
      const column = columns[Math.max(0, cursor.column)];
      if (column?.sortable === true) onSort(column.key);
    } else {
      const page = Math.max(1, Math.floor((scroll.current?.clientHeight ?? density) / density) - 2);
      const next = moved(cursor, event.key, event.shiftKey, rows, columns.length, page);
      if (next === null || source.count === 0) return;
      show(next);
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const least = columns.reduce((sum, column) => sum + Number(/\d+/.exec(column.width)?.[0] ?? 0) + GAP, 2 * SIDE - GAP);
  const template = columns.map((column) => column.width).join(" ");
  const [first, last] = span(cursor);
  const touched = kept.key !== null;
  const active = cursor.column === -1 ? `${prefix}-${String(cursor.row)}` : `${prefix}-${String(cursor.row)}-${String(cursor.column)}`;
  return (
    <>
      <div
        ref={scroll}
        className="grid"
        role="grid"
        tabIndex={0}
        aria-label={label}
        aria-rowcount={source.count + 1}
        aria-colcount={columns.length}
        aria-readonly="true"
        aria-multiselectable="true"
        aria-activedescendant={source.count > 0 ? active : undefined}
        onKeyDown={onKeyDown}
        data-testid={testid}
      >
        <div role="rowgroup" className="gridhead" style={{ minWidth: least }}>
          <div role="row" aria-rowindex={1} className="gridrow" style={{ gridTemplateColumns: template }}>
            {columns.map((column, at) => {
              const sorted = sort?.column === column.key ? (sort.descending ? "descending" : "ascending") : undefined;
              return (
                <div key={column.key} role="columnheader" aria-colindex={at + 1} aria-sort={sorted} className={column.end ? "end" : undefined}>
                  {column.sortable === true && onSort !== undefined ? (
                    <button
                      type="button"
                      tabIndex={-1}
                      className="sort"
                      title={words.sortBy(column.label)}
                      onClick={() => {
                        onSort(column.key);
                      }}
                    >
                      <span className="clip">{column.label}</span>
                      <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true" className={sorted ?? "unsorted"}>
                        <path d="m1 5.5 3-3 3 3" fill="none" stroke="currentColor" strokeWidth="1.4" />
                      </svg>
                    </button>
                  ) : (
                    <span className="clip">{column.label}</span>
                  )}
                </div>
              );
            })}
          </div>
        </div>
        <div role="rowgroup" className="gridbody" style={{ height: virtual.getTotalSize(), minWidth: least }}>
          {items.map((item) => {
            const row = source.at(item.index);
            const key = row === undefined ? undefined : rowKey(row);
            const current = touched && item.index === cursor.row;
            const among = touched && first !== last && item.index >= first && item.index <= last;
            return (
              // Keys are the grid's own; a click on a row is the pointer's way to what Enter does.
              // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
              <div
                key={item.index}
                id={`${prefix}-${String(item.index)}`}
                role="row"
                aria-rowindex={item.index + 2}
                aria-selected={among || (key !== undefined && key === selected)}
                className={["gridrow", current ? "current" : "", row === undefined ? "awaited" : ""].join(" ")}
                style={{ gridTemplateColumns: template, transform: `translateY(${String(item.start)}px)` }}
                onClick={(event) => {
                  if (row === undefined || String(window.getSelection()) !== "") return;
                  if (event.shiftKey && touched) {
                    setCursor({ ...cursor, key: rowKey(row), row: item.index, anchor: cursor.anchor ?? cursor.row });
                    return;
                  }
                  setCursor({ ...cursor, key: rowKey(row), row: item.index, anchor: null });
                  onOpen(row);
                }}
                data-testid={testid === undefined ? undefined : `${testid}-row`}
              >
                {columns.map((column, at) => (
                  <div
                    key={column.key}
                    id={`${prefix}-${String(item.index)}-${String(at)}`}
                    role="gridcell"
                    aria-colindex={at + 1}
                    className={["clip", column.end ? "end" : "", current && at === cursor.column ? "cell" : ""].join(" ")}
                  >
                    {row === undefined ? at === 0 ? <span className="quiet">{words.coming}</span> : null : column.cell(row)}
                  </div>
                ))}
              </div>
            );
          })}
        </div>
      </div>
      <span className="hidden-but-read" role="status">
        {said}
      </span>
    </>
  );
}
