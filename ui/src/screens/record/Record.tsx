import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useState } from "react";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import type { CallRow } from "../../bindings/CallRow";
import { Button } from "../../design/Button";
import { PrincipalMark } from "../../design/marks";
import { Empty, Failure, Loading } from "../../design/states";
import { When } from "../../design/When";
import { allCalls, callQuery } from "../../grid/calls";
import type { GridColumn } from "../../grid/DataGrid";
import { MemoryGrid } from "../../grid/MemoryGrid";
import type { Values } from "../../grid/memory";
import { Suggest } from "../../grid/Suggest";
import { useZone } from "../../state/preferences";
import { ask } from "../../state/queries";
import { useRecord } from "../../state/record";
import { strings } from "../../strings";
import { CallsGrid } from "../calls/CallsGrid";
import { isNamed, numbered } from "./masked";
import "./record.css";

const words = strings.recordPage;
const MOST = 10_000;

/** Who touched one record: for the audit, for the person it is about, and as an account of disclosures. */
export function Record() {
  const { resource, view } = useSearch({ from: "/record" });
  const navigate = useNavigate({ from: "/record" });
  const [typed, setTyped] = useState(resource ?? "");
  const [shown, setShown] = useState(resource);
  if (shown !== resource) {
    setShown(resource);
    setTyped(resource ?? "");
  }
  const base = useMemo(() => ({ columns: { resource: [resource ?? ""] } }), [resource]);
  const none = (
    <Empty title={words.none}>
      <p>{words.noneBody}</p>
    </Empty>
  );
  return (
    <>
      <header>
        <h1>{words.title}</h1>
        {resource === undefined ? null : <p className="mono clip recordname">{resource}</p>}
        <div className="actions">
          {resource === undefined ? null : (
            <ToggleButtonGroup
              className="switch"
              aria-label={words.view}
              selectionMode="single"
              disallowEmptySelection
              selectedKeys={[view ?? "audit"]}
              onSelectionChange={(keys) => {
                const [next] = keys;
                void navigate({ search: (now) => ({ ...now, view: next === "audit" ? undefined : next, in: undefined, sort: undefined }) as never });
              }}
            >
              {(["audit", "subject", "disclosure"] as const).map((word) => (
                <ToggleButton key={word} id={word} data-testid={`record-${word}`}>
                  {words.views[word]}
                </ToggleButton>
              ))}
            </ToggleButtonGroup>
          )}
        </div>
      </header>
      <form
        className="recordask"
        role="search"
        aria-label={words.which}
        onSubmit={(event) => {
          event.preventDefault();
          if (typed.trim() !== "") void navigate({ search: { resource: typed.trim(), ...(view === undefined ? {} : { view }) } });
        }}
      >
        <Suggest label={words.which} column="resource" value={typed} onChange={setTyped} placeholder={words.placeholder} testid="record-resource" hideLabel />
        <Button type="submit" look={resource === undefined ? "first" : "bare"} testid="record-ask">
          {words.ask}
        </Button>
      </form>
      {resource === undefined ? (
        <Empty title={words.start}>
          <p>{words.startBody}</p>
        </Empty>
      ) : (
        <>
          <p className="recordhelp second">{words.viewHelp[view ?? "audit"]}</p>
          {view === undefined ? <CallsGrid name="record" base={base} empty={none} /> : <Masked key={`${resource}:${view}`} resource={resource} view={view} empty={none} />}
          <Sources />
        </>
      )}
    </>
  );
}

const VALUES: Values<CallRow> = {
  value: (row, column) => (column === "action" ? (row.action ?? "") : column === "outcome" ? row.outcome : column === "agent" ? (row.agent ?? "") : column === "time" ? (row.time ?? "") : row.id),
  searched: (row) => [row.action, row.agent, row.outcome].join(" "),
};

/** Staff under numbers, and what each did; for a disclosure only what succeeded. */
function Masked({ resource, view, empty }: { resource: string; view: "subject" | "disclosure"; empty: React.ReactNode }) {
  const zone = useZone();
  const { record, openRecord } = useRecord();
  const { data, error, isPending, refetch } = useQuery({ queryKey: ["touched", resource], queryFn: () => allCalls(callQuery({ columns: { resource: [resource] } }), MOST) });
  const rows = useMemo(() => (data?.rows ?? []).filter((row) => view === "subject" || row.outcome === "success"), [data, view]);
  const columns = useMemo<GridColumn<CallRow>[]>(() => {
    const numbers = numbered(data?.rows ?? []);
    const names = words.columns;
    const who = (row: CallRow) => (row.human === null ? words.unnamed : !isNamed(row) ? words.below : view === "subject" ? words.staff(numbers.get(row.human) ?? 0) : row.human);
    return [
      { key: "time", label: `${names.time}, ${strings.top.zone[zone]}`, width: "172px", sortable: true, text: (row) => row.time ?? "", cell: (row) => <When at={row.time} only="grid" /> },
      { key: "who", label: view === "subject" ? names.who : names.recipient, width: "minmax(160px, 1.2fr)", text: who, cell: (row) => (isNamed(row) ? <PrincipalMark kind="human" label={who(row)} /> : <span className="quiet">{who(row)}</span>) },
      { key: "agent", label: names.through, width: "minmax(140px, 1fr)", sortable: true, facet: (value) => (value === "" ? words.noAgent : value), text: (row) => row.agent ?? words.noAgent, cell: (row) => (row.agent === null ? <span className="second">{words.noAgent}</span> : <PrincipalMark kind="agent" label={row.agent} />) },
      { key: "action", label: names.what, width: "minmax(140px, 1.2fr)", sortable: true, facet: (value) => value, text: (row) => row.action ?? "", cell: (row) => row.action ?? "–" },
      ...(view === "subject"
        ? [{ key: "outcome", label: names.outcome, width: "90px", sortable: true, facet: (value: string) => strings.outcome[value] ?? value, text: (row: CallRow) => row.outcome, cell: (row: CallRow) => strings.outcome[row.outcome] ?? row.outcome } as const]
        : [{ key: "purpose", label: names.purpose, width: "minmax(160px, 1fr)", text: () => words.purposeMissing, cell: () => <span className="quiet">{words.purposeMissing}</span> } as const]),
    ];
  }, [data, view, zone]);
  if (isPending) return <Loading what={strings.callsPage.loading} rows={8} />;
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  return (
    <>
      {data.total > data.rows.length ? <p className="written-note">{words.notAll(data.rows.length, data.total)}</p> : null}
      <MemoryGrid
        name={`record-${view}`}
        label={words.views[view]}
        rows={rows}
        columns={columns}
        rowKey={(row) => row.id}
        values={VALUES}
        selected={record}
        onOpen={(row) => {
          openRecord(row.id);
        }}
        testid="touched"
        empty={empty}
      />
    </>
  );
}

/** What was imported, so that a reader sees what could not be: a list is as whole as its sources. */
function Sources() {
  const { data } = useQuery(ask.completeness());
  if (data === undefined) return null;
  return (
    <footer className="recordsources">
      <span className="second">{words.sources(data.sources.map((source) => source.source).join(", "))}</span>{" "}
      <Link to="/evidence" className="plain">
        {words.toEvidence}
      </Link>
    </footer>
  );
}
