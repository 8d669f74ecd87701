import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { type KeyboardEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import "./grid.css";

export type Column<Row> = {
  key: string;
  label: string;
  /** A track of the grid's template: "96px", "minmax(120px, 2fr)". */
  width: string;
  end?: true;
  cell: (row: Row) => ReactNode;
};

type Props<Row> = {
  label: string;
  rows: Row[];
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  /** The row whose record is open elsewhere. */
  selected: string | undefined;
  onOpen: (row: Row) => void;
  testid?: string;
};

const ROW = 28;
const GAP = 12;
const SIDE = 24;

/**
 * A read-only grid over many rows. The grid holds the focus and points at its current row, which is always in the
 * document, so that a screen reader and the keyboard never lose it to scrolling.
 */
export function Grid<Row>({ label, rows, columns, rowKey, selected, onOpen, testid }: Props<Row>) {
  const scroll = useRef<HTMLDivElement>(null);
  const [cursorKey, setCursorKey] = useState<string | null>(null);
  const prefix = useId();
  const found = cursorKey === null ? -1 : rows.findIndex((row) => rowKey(row) === cursorKey);
  const cursor = found === -1 ? 0 : found;

  // eslint-disable-next-line react-hooks/incompatible-library -- the virtualizer keeps its own state by design
  const virtual = useVirtualizer({
    count: rows.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    overscan: 12,
    scrollPaddingStart: ROW,
    rangeExtractor: (range) => {
      const shown = defaultRangeExtractor(range);
      return shown.includes(cursor) || cursor >= rows.length ? shown : [...shown, cursor].sort((a, b) => a - b);
    },
  });

  // A selection made elsewhere becomes the current row and comes into view.
  const [followed, setFollowed] = useState<string | undefined>(undefined);
  if (selected !== followed) {
    setFollowed(selected);
    if (selected !== undefined && rows.some((row) => rowKey(row) === selected)) setCursorKey(selected);
  }
  useEffect(() => {
    if (cursorKey !== null && found !== -1) virtual.scrollToIndex(found, { align: "auto" });
  }, [cursorKey, found, virtual]);

  const page = () => Math.max(1, Math.floor((scroll.current?.clientHeight ?? ROW) / ROW) - 2);
  const move = (to: number) => {
    const row = rows[Math.min(rows.length - 1, Math.max(0, to))];
    if (row !== undefined) setCursorKey(rowKey(row));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const row = rows[cursor];
    switch (event.key) {
      case "ArrowDown":
      case "j":
        move(cursorKey === null ? 0 : cursor + 1);
        break;
      case "ArrowUp":
      case "k":
        move(cursor - 1);
        break;
      case "PageDown":
        move(cursor + page());
        break;
      case "PageUp":
        move(cursor - page());
        break;
      case "Home":
        move(0);
        break;
      case "End":
        move(rows.length - 1);
        break;
      case "Enter":
      case " ":
        if (row !== undefined) {
          setCursorKey(rowKey(row));
          onOpen(row);
        }
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };

  const least = columns.reduce((sum, column) => sum + Number(/\d+/.exec(column.width)?.[0] ?? 0) + GAP, 2 * SIDE - GAP);
  const template = columns.map((column) => column.width).join(" ");
  return (
    <div
      ref={scroll}
      className="grid"
      role="grid"
      tabIndex={0}
      aria-label={label}
      aria-rowcount={rows.length + 1}
      aria-colcount={columns.length}
      aria-readonly="true"
      aria-activedescendant={rows.length > 0 ? `${prefix}-${String(cursor)}` : undefined}
      onKeyDown={onKeyDown}
      data-testid={testid}
    >
      <div role="rowgroup" className="gridhead" style={{ minWidth: least }}>
        <div role="row" aria-rowindex={1} className="gridrow" style={{ gridTemplateColumns: template }}>
          {columns.map((column) => (
            <div key={column.key} role="columnheader" className={column.end ? "end" : undefined}>
              {column.label}
            </div>
          ))}
        </div>
      </div>
      <div role="rowgroup" className="gridbody" style={{ height: virtual.getTotalSize(), minWidth: least }}>
        {virtual.getVirtualItems().map((item) => {
          const row = rows[item.index];
          if (row === undefined) return null;
          const key = rowKey(row);
          return (
            // Keys are the grid's own; a click on a row is the pointer's way to what Enter does.
            // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
            <div
              key={key}
              id={`${prefix}-${String(item.index)}`}
              role="row"
              aria-rowindex={item.index + 2}
              aria-selected={key === selected}
              className={item.index === cursor && cursorKey !== null ? "gridrow current" : "gridrow"}
              style={{ gridTemplateColumns: template, transform: `translateY(${String(item.start)}px)` }}
              onClick={() => {
                setCursorKey(key);
                onOpen(row);
              }}
              data-testid={testid === undefined ? undefined : `${testid}-row`}
            >
              {columns.map((column) => (
                <div key={column.key} role="gridcell" className={column.end ? "clip end" : "clip"}>
                  {column.cell(row)}
                </div>
              ))}
            </div>
          );
        })}
      </div>
    </div>
  );
}
