import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { RunRow } from "../../bindings/RunRow";
import { PrincipalMark } from "../../design/marks";
import { Empty, Failure, Loading } from "../../design/states";
import { When } from "../../design/When";
import { count } from "../../format/number";
import type { GridColumn } from "../../grid/DataGrid";
import { MemoryGrid } from "../../grid/MemoryGrid";
import type { Values } from "../../grid/memory";
import { useZone } from "../../state/preferences";
import { ask } from "../../state/queries";
import { strings } from "../../strings";
import { RunGraph } from "./RunGraph";
import "./runs.css";

const words = strings.runsPage;
const runKey = (row: RunRow) => row.id;
const ending = (value: string) => words.endings[value] ?? value;
const number = (value: number) => (value === 0 ? <span className="quiet">0</span> : count(value));

const VALUES: Values<RunRow> = {
  value: (row, column) => {
    switch (column) {
      case "agent":
        return row.agent ?? "";
      case "person":
        return row.person ?? "";
      case "ending":
        return row.ending;
      case "first":
        return row.first ?? "";
      default:
        return row.id;
    }
  },
  rank: (row, column) => {
    switch (column) {
      case "runs":
        return row.runs;
      case "calls":
        return row.calls;
      case "agents":
        return row.agents;
      case "took":
        return took(row);
      default:
        return undefined;
    }
  },
  searched: (row) => [row.id, row.agent, row.person].join(" "),
};

const took = (row: RunRow) => (row.first === null || row.last === null ? 0 : Math.max(0, Date.parse(row.last) - Date.parse(row.first)));

function lasted(ms: number): string {
  if (ms < 1000) return `${String(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`;
  if (ms < 3_600_000) return `${String(Math.round(ms / 60_000))} min`;
  return `${(ms / 3_600_000).toFixed(1)} h`;
}

function columns(zone: string): GridColumn<RunRow>[] {
  const names = words.columns;
  const orNone = (value: string) => (value === "" ? strings.grid.none : value);
  return [
    { key: "first", label: `${names.first}, ${zone}`, width: "172px", sortable: true, text: (row) => row.first ?? "", cell: (row) => <When at={row.first} only="grid" /> },
    { key: "id", label: names.id, width: "minmax(110px, .8fr)", sortable: true, text: (row) => row.id, cell: (row) => <span className="mono">{row.id}</span> },
    { key: "agent", label: names.agent, width: "minmax(130px, 1fr)", sortable: true, facet: orNone, text: (row) => row.agent ?? "", cell: (row) => (row.agent === null ? <span className="quiet">{words.agentUnknown}</span> : <PrincipalMark kind="agent" label={row.agent} />) },
    {
      key: "person",
      label: names.person,
      width: "minmax(150px, 1.2fr)",
      sortable: true,
      facet: (value) => (value === "" ? words.nobody : value),
      text: (row) => row.person ?? ending(row.ending),
      cell: (row) => (row.person === null ? <span className="quiet">{ending(row.ending)}</span> : <PrincipalMark kind="human" label={row.person} />),
    },
    { key: "ending", label: names.ending, width: "minmax(130px, 1fr)", sortable: true, spare: true, facet: ending, text: (row) => ending(row.ending), cell: (row) => ending(row.ending) },
    { key: "runs", label: names.runs, width: "88px", end: true, sortable: true, text: (row) => String(row.runs), cell: (row) => number(row.runs) },
    { key: "agents", label: names.agents, width: "72px", end: true, sortable: true, text: (row) => String(row.agents), cell: (row) => number(row.agents) },
    { key: "calls", label: names.calls, width: "72px", end: true, sortable: true, text: (row) => String(row.calls), cell: (row) => number(row.calls) },
    { key: "took", label: names.took, width: "80px", end: true, sortable: true, text: (row) => String(took(row) / 1000), cell: (row) => (row.first === null ? <span className="quiet">–</span> : lasted(took(row))) },
  ];
}

/** Runs that none spawned, and the fan-out of one. */
export function Runs() {
  const { run } = useSearch({ from: "/runs" });
  return run === undefined ? <RunList /> : <RunGraph key={run} id={run} />;
}

function RunList() {
  const navigate = useNavigate({ from: "/runs" });
  const zone = useZone();
  const { data, error, isPending, refetch } = useQuery(ask.runs(null));
  const shown = useMemo(() => columns(strings.top.zone[zone]), [zone]);
  return (
    <>
      <header>
        <h1>{words.title}</h1>
        {data === undefined ? null : <p className="second figures">{words.counts(data.length, data.reduce((sum, row) => sum + row.runs, 0))}</p>}
      </header>
      {isPending ? <Loading what={words.loading} rows={12} /> : null}
      {error === null ? null : <Failure error={error} retry={() => void refetch()} />}
      {data === undefined ? null : (
        <MemoryGrid
          name="runs"
          label={words.grid}
          rows={data}
          columns={shown}
          rowKey={runKey}
          values={VALUES}
          selected={undefined}
          onOpen={(row) => {
            void navigate({ search: (now) => ({ ...now, run: row.id }) as never });
          }}
          testid="runs"
          empty={
            <Empty title={data.length === 0 ? words.none : words.noMatch}>
              <p>{data.length === 0 ? words.noneBody : strings.peoplePage.noMatchBody}</p>
            </Empty>
          }
        />
      )}
    </>
  );
}
