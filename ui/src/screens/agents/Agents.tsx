import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { AgentRow } from "../../bindings/AgentRow";
import { PatternMark, PrincipalMark } from "../../design/marks";
import { Facts, Part, Sheet, Split } from "../../design/Sheet";
import { Empty, Failure, Loading } from "../../design/states";
import { When } from "../../design/When";
import { count } from "../../format/number";
import type { GridColumn } from "../../grid/DataGrid";
import { writeFilters } from "../../grid/filters";
import { MemoryGrid } from "../../grid/MemoryGrid";
import type { Values } from "../../grid/memory";
import { useZone } from "../../state/preferences";
import { ask } from "../../state/queries";
import { strings } from "../../strings";

const words = strings.agentsPage;
const agentKey = (row: AgentRow) => row.agent;
const orNone = (value: string) => (value === "" ? strings.grid.none : value);
const registered = (value: string) => (value === "yes" ? words.registered : words.unregistered);
const number = (value: number) => (value === 0 ? <span className="quiet">0</span> : count(value));

const VALUES: Values<AgentRow> = {
  value: (row, column) => {
    switch (column) {
      case "registered":
        return row.registered ? "yes" : "no";
      case "owner":
        return row.owner ?? "";
      case "environment":
        return row.environment ?? "";
      case "vendor":
        return row.vendor ?? "";
      case "last":
        return row.last ?? "";
      default:
        return row.agent;
    }
  },
  rank: (row, column) => {
    switch (column) {
      case "calls":
        return row.calls;
      case "runs":
        return row.runs;
      case "people":
        return row.people.length;
      case "rights":
        return row.blast.administrator ? Number.MAX_SAFE_INTEGER : row.blast.rights_count;
      case "irreversible":
        return row.blast.irreversible_calls;
      case "notes":
        return row.notes.length;
      default:
        return undefined;
    }
  },
  searched: (row) => [row.agent, row.name, row.owner, row.purpose, row.vendor, ...row.client_ids, ...row.principals].join(" "),
};

function rights(row: AgentRow) {
  if (!row.blast.rights_known) return <span className="quiet">{words.rightsUnknown}</span>;
  return row.blast.administrator ? <span className="flagged">{words.everything}</span> : number(row.blast.rights_count);
}

function columns(zone: string): GridColumn<AgentRow>[] {
  const names = words.columns;
  return [
    { key: "agent", label: names.agent, width: "minmax(170px, 1.4fr)", sortable: true, text: (row) => row.agent, cell: (row) => <PrincipalMark kind={row.registered ? "agent" : "unknown"} label={row.agent} /> },
    { key: "registered", label: names.registered, width: "116px", sortable: true, facet: registered, text: (row) => registered(row.registered ? "yes" : "no"), cell: (row) => <span className={row.registered ? "second" : "flagged"}>{registered(row.registered ? "yes" : "no")}</span> },
    { key: "owner", label: names.owner, width: "minmax(130px, 1fr)", sortable: true, facet: orNone, text: (row) => row.owner ?? "", cell: (row) => row.owner ?? <span className="quiet">{words.noOwner}</span> },
    { key: "calls", label: names.calls, width: "68px", end: true, sortable: true, text: (row) => String(row.calls), cell: (row) => number(row.calls) },
    { key: "runs", label: names.runs, width: "60px", end: true, sortable: true, text: (row) => String(row.runs), cell: (row) => number(row.runs) },
    { key: "people", label: names.people, width: "64px", end: true, sortable: true, text: (row) => String(row.people.length), cell: (row) => number(row.people.length) },
    { key: "rights", label: names.rights, width: "96px", end: true, sortable: true, text: (row) => (row.blast.rights_known ? String(row.blast.rights_count) : ""), cell: rights },
    { key: "irreversible", label: names.irreversible, width: "96px", end: true, sortable: true, text: (row) => String(row.blast.irreversible_calls), cell: (row) => number(row.blast.irreversible_calls) },
    { key: "notes", label: names.notes, width: "minmax(140px, 1.4fr)", sortable: true, text: (row) => row.notes.join("; "), cell: (row) => (row.notes.length === 0 ? <span className="quiet">–</span> : <span title={row.notes.join("; ")}>{row.notes.join("; ")}</span>) },
    { key: "environment", label: names.environment, width: "110px", sortable: true, spare: true, facet: orNone, text: (row) => row.environment ?? "", cell: (row) => row.environment ?? "–" },
    { key: "vendor", label: names.vendor, width: "110px", sortable: true, spare: true, facet: orNone, text: (row) => row.vendor ?? "", cell: (row) => row.vendor ?? "–" },
    { key: "last", label: `${names.last}, ${zone}`, width: "160px", sortable: true, spare: true, text: (row) => row.last ?? "", cell: (row) => <When at={row.last} only="grid" /> },
  ];
}

/** The register of agents beside what the logs show. */
export function Agents() {
  const { agent } = useSearch({ from: "/agents" });
  const navigate = useNavigate({ from: "/agents" });
  const zone = useZone();
  const { data, error, isPending, refetch } = useQuery(ask.agents());
  const shown = useMemo(() => columns(strings.top.zone[zone]), [zone]);
  const open = (id: string | undefined) => {
    void navigate({ search: (now) => ({ ...now, agent: id }) as never, replace: agent !== undefined && id !== undefined });
  };
  const row = data?.find((each) => each.agent === agent);
  return (
    <>
      <header>
        <h1>{words.title}</h1>
        {data === undefined ? null : <p className="second figures">{words.counts(data.length, data.filter((each) => !each.registered).length)}</p>}
      </header>
      {isPending ? <Loading what={words.loading} rows={8} /> : null}
      {error === null ? null : <Failure error={error} retry={() => void refetch()} />}
      {data === undefined ? null : (
        <Split
          open={row !== undefined}
          list={
            <MemoryGrid
              name="agents"
              label={words.grid}
              rows={data}
              columns={shown}
              rowKey={agentKey}
              values={VALUES}
              selected={agent}
              onOpen={(each) => {
                open(each.agent);
              }}
              testid="agents"
              empty={
                <Empty title={data.length === 0 ? words.none : words.noMatch}>
                  <p>{data.length === 0 ? words.noneBody : strings.peoplePage.noMatchBody}</p>
                </Empty>
              }
            />
          }
          sheet={
            row === undefined ? null : (
              <AgentSheet
                key={row.agent}
                row={row}
                onClose={() => {
                  open(undefined);
                }}
              />
            )
          }
        />
      )}
    </>
  );
}

const MANY = 12;

function AgentSheet({ row, onClose }: { row: AgentRow; onClose: () => void }) {
  const { blast } = row;
  const given: [string, string | null][] = [
    [words.name, row.name],
    [words.status, row.status],
    [words.columns.owner, row.owner],
    [words.purpose, row.purpose],
    [words.columns.vendor, row.vendor],
    [words.columns.environment, row.environment],
  ];
  const most = Math.max(1, ...row.tools.map((tool) => tool.calls));
  return (
    <Sheet title={row.agent} mark={<PrincipalMark kind={row.registered ? "agent" : "unknown"} />} sub={row.registered ? words.registered : words.unregisteredLong} onClose={onClose} testid="agent-sheet">
      {row.notes.length === 0 ? null : (
        <Part title={words.askAbout}>
          <ul className="notes flags" data-testid="agent-notes">
            {row.notes.map((note) => (
              <li key={note}>{note}</li>
            ))}
          </ul>
        </Part>
      )}
      <Part title={words.register}>
        {row.registered ? (
          <Facts
            rows={[
              ...given.flatMap<[string, string]>(([term, value]) => (value === null ? [] : [[term, value]])),
              ...(row.approved_pattern === null ? [] : ([[words.approvedPattern, <PatternMark key="pattern" pattern={row.approved_pattern} word />]] as [string, React.ReactNode][])),
              [words.certified, row.last_certified === null ? <span key="none" className="flagged">{words.never}</span> : <When key="when" at={row.last_certified} />],
              ...(row.client_ids.length === 0 ? [] : ([[words.clientIds, row.client_ids.join(", ")]] as [string, string][])),
            ]}
          />
        ) : (
          <p>{words.notInRegister}</p>
        )}
        {row.principals.length === 0 ? null : <Facts rows={[[words.principals, <span key="p" className="mono">{row.principals.join(", ")}</span>]]} />}
      </Part>
      <Part title={words.blast} help={words.blastHelp}>
        <Facts
          rows={[
            [words.columns.rights, !blast.rights_known ? words.rightsMissing : blast.administrator ? <span key="all" className="flagged">{words.everythingLong}</span> : count(blast.rights_count)],
            [words.wieldable, blast.people_wieldable.length === 0 ? words.noTokens : words.tokensOf(blast.people_wieldable.length)],
            [words.columns.irreversible, blast.irreversible.length === 0 ? words.noIrreversible : words.irreversibleOf(blast.irreversible.length, blast.irreversible_calls)],
          ]}
        />
        <Listing title={words.irreversibleActions} items={blast.irreversible} />
        <Listing title={words.columns.rights} items={blast.rights} total={blast.rights_count} />
        <Listing title={words.wieldable} items={blast.people_wieldable} link={(person) => ({ to: "/timeline", search: { person } })} />
      </Part>
      <Part title={words.used}>
        <p className="sheetlinks">
          <Link to="/calls" search={{ in: writeFilters({ agent: [row.agent] }) ?? "" }} className="linkbutton" data-testid="agent-calls">
            {strings.calls(row.calls)}
          </Link>
          <Link to="/runs" search={{ text: row.agent }} className="linkbutton">
            {strings.runs(row.runs)}
          </Link>
          <Link to="/patterns" className="linkbutton">
            {words.toPatterns}
          </Link>
        </p>
        {row.first === null ? null : (
          <p className="second" style={{ marginTop: 8 }}>
            <When at={row.first} only="minute" /> – <When at={row.last} only="minute" />
          </p>
        )}
        <ul className="ways" style={{ marginTop: 8 }}>
          {row.tools.slice(0, 30).map((tool) => (
            <li key={tool.tool}>
              <Link to="/calls" search={{ in: writeFilters({ agent: [row.agent], action: [tool.tool] }) ?? "" }}>
                <span className="clip mono">{tool.tool}</span>
                <span className="n">{count(tool.calls)}</span>
                <span className="toolbar" aria-hidden="true">
                  <i style={{ width: `${String((100 * tool.calls) / most)}%` }} />
                </span>
              </Link>
            </li>
          ))}
        </ul>
      </Part>
      {row.people.length === 0 ? null : (
        <Part title={words.actedFor}>
          <Listing title={words.people(row.people.length)} items={row.people} link={(person) => ({ to: "/timeline", search: { person } })} open />
        </Part>
      )}
    </Sheet>
  );
}

function Listing({ title, items, total, link, open }: { title: string; items: string[]; total?: number; link?: (item: string) => { to: "/timeline"; search: { person: string } }; open?: true }) {
  if (items.length === 0) return null;
  return (
    <details className="listing" open={open === true && items.length <= MANY}>
      <summary>
        {title} <span className="quiet figures">{count(total ?? items.length)}</span>
      </summary>
      <ul>
        {items.map((item) => (
          <li key={item} className={link === undefined ? "mono" : undefined}>
            {link === undefined ? (
              item
            ) : (
              <Link {...link(item)} className="plain">
                {item}
              </Link>
            )}
          </li>
        ))}
      </ul>
      {total !== undefined && total > items.length ? <p className="quiet">{words.andMore(total - items.length)}</p> : null}
    </details>
  );
}
