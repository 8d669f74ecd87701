import { Link } from "@tanstack/react-router";
import type { CallRow } from "../../bindings/CallRow";
import { GradeMark, PatternMark, PrincipalMark, principalKind } from "../../design/marks";
import { When } from "../../design/When";
import { count } from "../../format/number";
import type { GridColumn } from "../../grid/DataGrid";
import { strings } from "../../strings";

const words = strings.callsPage;
const orNone = (value: string) => (value === "" ? strings.grid.none : value);

/** Columns of calls, wherever calls are listed. */
export function callColumns(zone: string): GridColumn<CallRow>[] {
  const names = words.columns;
  return [
    { key: "time", label: `${names.time}, ${zone}`, width: "172px", sortable: true, text: (row) => row.time ?? "", cell: (row) => <When at={row.time} only="grid" /> },
    {
      key: "grade",
      label: names.grade,
      width: "64px",
      sortable: true,
      facet: (value) => (value === "" ? words.noGrade : strings.grade.title(value, null)),
      text: (row) => row.grade ?? "",
      cell: (row) => <GradeMark grade={row.grade} basis={row.evidence[0] ?? null} />,
    },
    {
      key: "human",
      label: names.human,
      width: "minmax(150px, 1.4fr)",
      sortable: true,
      facet: (value) => (value === "" ? words.nobodyNamed : value),
      text: (row) => row.human ?? words.nobody(row.refusal),
      cell: (row) => (row.human === null ? <span className="quiet">{words.nobody(row.refusal)}</span> : <PrincipalMark kind="human" label={row.human} />),
    },
    {
      key: "agent",
      label: names.agent,
      width: "minmax(120px, 1fr)",
      sortable: true,
      facet: (value) => (value === "" ? words.noAgent : value),
      text: (row) => row.agent ?? "",
      cell: (row) => (row.agent === null ? <span className="quiet">–</span> : <PrincipalMark kind="agent" label={row.agent} />),
    },
    { key: "action", label: names.action, width: "minmax(110px, 1fr)", sortable: true, facet: orNone, text: (row) => row.action ?? "", cell: (row) => row.action ?? "–" },
    {
      key: "resource",
      label: names.resource,
      width: "minmax(130px, 1.6fr)",
      sortable: true,
      facet: orNone,
      text: (row) => row.resource ?? "",
      cell: (row) => <span title={row.resource ?? undefined}>{row.resource ?? "–"}</span>,
    },
    {
      key: "outcome",
      label: names.outcome,
      width: "76px",
      sortable: true,
      facet: (value) => strings.outcome[value] ?? value,
      text: (row) => row.outcome,
      cell: (row) => <span className={row.outcome === "success" ? "second" : "bad"}>{strings.outcome[row.outcome] ?? row.outcome}</span>,
    },
    {
      key: "pattern",
      label: names.pattern,
      width: "132px",
      sortable: true,
      facet: (value) => strings.pattern[value] ?? value,
      text: (row) => row.pattern,
      cell: (row) => <PatternMark pattern={row.pattern} word />,
    },
    { key: "source", label: names.source, width: "minmax(104px, .8fr)", sortable: true, facet: orNone, text: (row) => row.source, cell: (row) => <span className="second">{row.source}</span> },
    { key: "service", label: names.service, width: "minmax(90px, .8fr)", sortable: true, spare: true, facet: orNone, text: (row) => row.service ?? "", cell: (row) => row.service ?? "–" },
    {
      key: "wire",
      label: names.wire,
      width: "minmax(140px, 1fr)",
      sortable: true,
      spare: true,
      facet: orNone,
      text: (row) => row.wire ?? "",
      cell: (row) => (row.wire === null ? <span className="quiet">–</span> : <PrincipalMark kind={principalKind(row.wire_kind)} label={row.wire} />),
    },
    { key: "refusal", label: names.refusal, width: "72px", sortable: true, spare: true, facet: (value) => (value === "" ? words.notRefused : value), text: (row) => row.refusal ?? "", cell: (row) => row.refusal ?? <span className="quiet">–</span> },
    {
      key: "run",
      label: names.run,
      width: "92px",
      sortable: true,
      spare: true,
      facet: (value) => (value === "" ? words.noRun : value),
      text: (row) => row.run ?? "",
      cell: (row) =>
        row.run === null ? (
          <span className="quiet">–</span>
        ) : (
          <Link
            to="/runs"
            search={{ run: row.run }}
            className="plain mono"
            tabIndex={-1}
            onClick={(event) => {
              event.stopPropagation();
            }}
          >
            {row.run.slice(0, 8)}
          </Link>
        ),
    },
    { key: "findings", label: names.findings, width: "72px", end: true, spare: true, text: (row) => String(row.findings), cell: (row) => (row.findings === 0 ? <span className="quiet">0</span> : <span className="flagged">{count(row.findings)}</span>) },
    { key: "id", label: names.id, width: "minmax(140px, 1fr)", spare: true, text: (row) => row.id, cell: (row) => <span className="mono">{row.id}</span> },
  ];
}
