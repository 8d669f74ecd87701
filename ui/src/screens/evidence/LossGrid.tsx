import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import type { LossRow } from "../../bindings/LossRow";
import { Empty, Failure, Loading } from "../../design/states";
import { count } from "../../format/number";
import type { GridColumn } from "../../grid/DataGrid";
import { MemoryGrid } from "../../grid/MemoryGrid";
import type { Values } from "../../grid/memory";
import { ask } from "../../state/queries";
import { strings } from "../../strings";

const words = strings.lossesPage;

type Place = { key: string; code: string; severity: string; help: string; file: string; of: number; where: string; offset: number | null; detail: string };

function places(rows: LossRow[]): Place[] {
  return rows.flatMap((row) =>
    row.places.map((place, at) => ({
      key: `${row.file}:${row.code}:${String(at)}`,
      code: row.code,
      severity: row.severity,
      help: row.help,
      file: row.file,
      of: row.count,
      where: strings.evidence.place(place.line, place.offset),
      offset: place.offset,
      detail: place.detail,
    })),
  );
}

const severity = (value: string) => strings.evidence.lossSeverity[value] ?? value;
const WEIGHT = ["info", "warning", "error"];
const placeKey = (row: Place) => row.key;

const VALUES: Values<Place> = {
  value: (row, column) => (column === "code" ? row.code : column === "severity" ? row.severity : column === "file" ? row.file : column === "detail" ? row.detail : row.where),
  rank: (row, column) => (column === "severity" ? WEIGHT.indexOf(row.severity) : column === "of" ? row.of : column === "where" ? (row.offset ?? 0) : undefined),
  searched: (row) => [row.code, row.file, row.detail, row.help].join(" "),
};

const COLUMNS: GridColumn<Place>[] = [
  { key: "severity", label: words.columns.severity, width: "120px", sortable: true, facet: severity, text: (row) => severity(row.severity), cell: (row) => <span className={row.severity === "error" ? "bad" : undefined}>{severity(row.severity)}</span> },
  { key: "code", label: words.columns.code, width: "minmax(120px, .7fr)", sortable: true, facet: (value) => value, text: (row) => row.code, cell: (row) => <code>{row.code}</code> },
  { key: "file", label: words.columns.file, width: "minmax(200px, 1.2fr)", sortable: true, facet: (value) => value, text: (row) => row.file, cell: (row) => <span className="mono">{row.file}</span> },
  { key: "where", label: words.columns.where, width: "120px", sortable: true, text: (row) => row.where, cell: (row) => row.where },
  { key: "detail", label: words.columns.detail, width: "minmax(200px, 1.6fr)", sortable: true, text: (row) => row.detail, cell: (row) => <span title={row.detail}>{row.detail}</span> },
  { key: "of", label: words.columns.of, width: "96px", end: true, sortable: true, text: (row) => String(row.of), cell: (row) => count(row.of) },
  { key: "help", label: words.columns.help, width: "minmax(240px, 2fr)", spare: true, text: (row) => row.help, cell: (row) => <span title={row.help}>{row.help}</span> },
];

/** Each place at which something could not be read or used, one a row. */
export function LossGrid() {
  const { data, error, isPending, refetch } = useQuery(ask.losses(null));
  const [open, setOpen] = useState<Place | null>(null);
  const rows = useMemo(() => places(data ?? []), [data]);
  const all = (data ?? []).reduce((sum, row) => sum + row.count, 0);
  return (
    <>
      <header>
        <Link to="/evidence" className="plain">
          {strings.evidence.title}
        </Link>
        <h1>{words.title}</h1>
        {data === undefined ? null : <p className="second figures">{words.counts(rows.length, all)}</p>}
      </header>
      {isPending ? <Loading what={strings.evidence.lossesLoading} rows={8} /> : null}
      {error === null ? null : <Failure error={error} retry={() => void refetch()} />}
      {open === null ? null : (
        <p className="written-note" role="status">
          <span>
            <code>{open.code}</code> {open.help}
          </span>
        </p>
      )}
      {data === undefined ? null : (
        <MemoryGrid
          name="losses"
          label={words.title}
          rows={rows}
          columns={COLUMNS}
          rowKey={placeKey}
          values={VALUES}
          selected={open?.key}
          onOpen={setOpen}
          testid="losses-grid"
          empty={
            <Empty title={rows.length === 0 ? words.none : words.noMatch}>
              <p>{rows.length === 0 ? strings.evidence.noLosses : strings.peoplePage.noMatchBody}</p>
            </Empty>
          }
        />
      )}
    </>
  );
}
