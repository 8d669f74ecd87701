import { useEffect } from "react";
import { Button } from "../design/Button";
import type { Column } from "../design/Grid";
import { strings } from "../strings";
import type { RowSource } from "./source";

const words = strings.grid;
export const PAGE = 100;

type Props<Row> = {
  label: string;
  source: RowSource<Row>;
  columns: Column<Row>[];
  rowKey: (row: Row) => string;
  selected: string | undefined;
  onOpen: (row: Row) => void;
  page: number;
  onPage: (page: number) => void;
};

/** The same rows as a plain table, a page at a time: for screen readers and printers that take tables best. */
export function PlainTable<Row>({ label, source, columns, rowKey, selected, onOpen, page, onPage }: Props<Row>) {
  const pages = Math.max(1, Math.ceil(source.count / PAGE));
  const here = Math.min(page, pages - 1);
  const [first, last] = [here * PAGE, Math.min(source.count, (here + 1) * PAGE)];
  useEffect(() => {
    source.want?.(first, last - 1);
  }, [source, first, last]);
  const rows = Array.from({ length: last - first }, (_, at) => source.at(first + at));
  return (
    <>
      { }
      <div className="plainbox" role="region" aria-label={label} tabIndex={0}>
        <table className="table" data-testid="plain-table">
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column.key} scope="col" className={column.end ? "num" : undefined}>
                  {column.label}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row, at) => {
              if (row === undefined)
                return (
                  <tr key={at}>
                    <td colSpan={columns.length} className="quiet">
                      {words.coming}
                    </td>
                  </tr>
                );
              const key = rowKey(row);
              return (
                <tr key={key} className={key === selected ? "picked" : undefined}>
                  {columns.map((column, n) =>
                    n === 0 ? (
                      <th key={column.key} scope="row">
                        <button
                          type="button"
                          className="rowlink"
                          onClick={() => {
                            onOpen(row);
                          }}
                        >
                          {column.cell(row)}
                        </button>
                      </th>
                    ) : (
                      <td key={column.key} className={column.end ? "num" : undefined}>
                        {column.cell(row)}
                      </td>
                    ),
                  )}
                </tr>
              );
            })}
          </tbody>
        </table>
      </div>
      <nav className="plainfoot" aria-label={words.pages}>
        <Button
          isDisabled={here === 0}
          onPress={() => {
            onPage(here - 1);
          }}
        >
          {words.earlierPage}
        </Button>
        <span className="figures" role="status">
          {words.page(source.count === 0 ? 0 : first + 1, last, source.count)}
        </span>
        <Button
          isDisabled={here >= pages - 1}
          onPress={() => {
            onPage(here + 1);
          }}
        >
          {words.laterPage}
        </Button>
      </nav>
    </>
  );
}
