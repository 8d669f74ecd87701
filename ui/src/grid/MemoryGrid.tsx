import { type ReactNode, useMemo } from "react";
import { host } from "../host";
import { DataGrid, type GridColumn, useGridSearch } from "./DataGrid";
import { facet, narrowed, type Values } from "./memory";
import { inMemory } from "./source";

type Props<Row> = {
  name: string;
  label: string;
  rows: Row[];
  columns: GridColumn<Row>[];
  rowKey: (row: Row) => string;
  values: Values<Row>;
  selected: string | undefined;
  onOpen: (row: Row) => void;
  testid: string;
  lead?: ReactNode;
  empty: ReactNode;
};

/** The grid over rows that are few enough to be held: the same bar, the same keys, the same address. */
export function MemoryGrid<Row>({ rows, values, columns, rowKey, ...rest }: Props<Row>) {
  const { filters, sort, text } = useGridSearch();
  const shown = useMemo(() => narrowed(rows, values, filters, text, sort), [rows, values, filters, text, sort]);
  const source = useMemo(() => inMemory(shown, rowKey), [shown, rowKey]);
  return (
    <DataGrid
      {...rest}
      source={source}
      columns={columns}
      rowKey={rowKey}
      facets={(column, wanted) =>
        Promise.resolve(facet(rows, values, filters, text, column).filter(({ value }) => value.toLowerCase().includes(wanted.toLowerCase())))
      }
      stamp={[rest.name, rows.length, filters, text]}
      save={(chosen, to) => host.ask("write_table", { columns: chosen.map(({ label }) => label), rows: shown.map((row) => chosen.map((column) => column.text(row))), to })}
    />
  );
}
