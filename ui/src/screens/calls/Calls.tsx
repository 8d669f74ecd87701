import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Button as AriaButton, ListBox, ListBoxItem, Popover, Select, SelectValue } from "react-aria-components";
import type { AttributionRow } from "../../bindings/AttributionRow";
import { Chip } from "../../design/Chip";
import { type Column, Grid } from "../../design/Grid";
import { GradeMark, PatternMark, PrincipalMark } from "../../design/marks";
import { Empty, Failure, Loading } from "../../design/states";
import { When } from "../../design/When";
import { ask, CALL_LIMIT } from "../../state/queries";
import { useRecord } from "../../state/record";
import { useZone } from "../../state/preferences";
import { strings } from "../../strings";
import "./calls.css";

const words = strings.callsPage;

function columns(zone: string): Column<AttributionRow>[] {
  const names = words.columns;
  return [
    { key: "time", label: `${names.time}, ${zone}`, width: "172px", cell: (row) => <When at={row.time} only="grid" /> },
    { key: "grade", label: names.grade, width: "44px", cell: (row) => <GradeMark grade={row.grade} basis={row.evidence[0] ?? null} /> },
    {
      key: "human",
      label: names.human,
      width: "minmax(150px, 1.4fr)",
      cell: (row) =>
        row.human === null ? (
          <span className="quiet">{words.nobody(row.refusal)}</span>
        ) : (
          <PrincipalMark kind="human" label={row.human} />
        ),
    },
    { key: "agent", label: names.agent, width: "minmax(120px, 1fr)", cell: (row) => (row.agent === null ? <span className="quiet">–</span> : <PrincipalMark kind="agent" label={row.agent} />) },
    { key: "action", label: names.action, width: "minmax(110px, 1fr)", cell: (row) => row.action ?? "–" },
    { key: "resource", label: names.resource, width: "minmax(130px, 1.6fr)", cell: (row) => <span title={row.resource ?? undefined}>{row.resource ?? "–"}</span> },
    { key: "outcome", label: names.outcome, width: "72px", cell: (row) => <span className={row.outcome === "success" ? "second" : "bad"}>{strings.outcome[row.outcome] ?? row.outcome}</span> },
    { key: "pattern", label: names.pattern, width: "124px", cell: (row) => <PatternMark pattern={row.pattern} word /> },
    { key: "source", label: names.source, width: "minmax(104px, .8fr)", cell: (row) => <span className="second">{row.source}</span> },
  ];
}

function filterName(filter: string): string {
  return filter.startsWith("day:") ? words.day(filter.slice(4)) : (words.filters[filter] ?? filter);
}

/** What a figure counts, one call a row. */
export function Calls() {
  const { filter = "all" } = useSearch({ from: "/calls" });
  const navigate = useNavigate({ from: "/calls" });
  const { record, openRecord } = useRecord();
  const zone = useZone();
  const { data, error, isPending, refetch } = useQuery(ask.calls(filter));
  const choose = (next: string) => {
    void navigate({ search: { filter: next } });
  };
  return (
    <>
      <header>
        <h1>{words.title}</h1>
        {data === undefined ? null : (
          <p className="second figures" role="status" data-testid="calls-count">
            {strings.calls(data.length)}
          </p>
        )}
        {filter === "all" ? null : (
          <Chip
            label={filterName(filter)}
            onRemove={() => {
              choose("all");
            }}
          />
        )}
        <div className="actions">
          <Select
            aria-label={words.set}
            selectedKey={filter in words.filters ? filter : null}
            onSelectionChange={(key) => {
              choose(String(key));
            }}
          >
            <AriaButton className="button">
              <SelectValue>{() => filterName(filter)}</SelectValue>
              <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true">
                <path d="m1 2.5 3 3 3-3" fill="none" stroke="currentColor" strokeWidth="1.4" />
              </svg>
            </AriaButton>
            <Popover className="popover" placement="bottom end">
              <ListBox>
                {Object.entries(words.filters).map(([word, name]) => (
                  <ListBoxItem key={word} id={word} className="option">
                    {name}
                  </ListBoxItem>
                ))}
              </ListBox>
            </Popover>
          </Select>
        </div>
      </header>
      {isPending ? <Loading what={words.loading} rows={12} /> : null}
      {error === null ? null : <Failure error={error} retry={() => void refetch()} />}
      {data?.length === 0 ? (
        <Empty title={words.empty}>
          <p>{words.emptyBody}</p>
        </Empty>
      ) : null}
      {data === undefined || data.length === 0 ? null : (
        <>
          {data.length === CALL_LIMIT ? <p className="limited">{words.limited(CALL_LIMIT)}</p> : null}
          <Grid
            label={words.grid}
            rows={data}
            columns={columns(strings.top.zone[zone])}
            rowKey={(row) => row.id}
            selected={record}
            onOpen={(row) => {
              openRecord(row.id);
            }}
            testid="calls"
          />
        </>
      )}
    </>
  );
}
