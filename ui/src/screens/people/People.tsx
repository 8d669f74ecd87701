import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { AccountRow } from "../../bindings/AccountRow";
import { PrincipalMark } from "../../design/marks";
import { Split } from "../../design/Sheet";
import { Empty, Failure, Loading } from "../../design/states";
import { When } from "../../design/When";
import { count } from "../../format/number";
import type { GridColumn } from "../../grid/DataGrid";
import { MemoryGrid } from "../../grid/MemoryGrid";
import type { Values } from "../../grid/memory";
import { useZone } from "../../state/preferences";
import { ask } from "../../state/queries";
import { strings } from "../../strings";
import { AccountSheet } from "./AccountSheet";
import { accountMark } from "./kinds";

const words = strings.peoplePage;
const accountKey = (row: AccountRow) => `${row.namespace}:${row.principal}`;
const kind = (value: string) => words.kinds[value] ?? value;
const verdict = (value: string) => words.verdicts[value] ?? value;
const orNone = (value: string) => (value === "" ? strings.grid.none : value);
const VERDICTS = ["untested", "none", "watch", "indicated"];

const VALUES: Values<AccountRow> = {
  value: (row, column) => {
    switch (column) {
      case "kind":
        return row.kind;
      case "namespace":
        return row.namespace;
      case "party":
        return row.party ?? "";
      case "verdict":
        return row.verdict;
      case "owner":
        return row.owner ?? "";
      case "first":
        return row.first ?? "";
      case "last":
        return row.last ?? "";
      default:
        return row.principal;
    }
  },
  rank: (row, column) => {
    switch (column) {
      case "calls":
        return row.calls;
      case "agent":
        return row.agent_evidenced;
      case "sign_ins":
        return row.sign_ins;
      case "points":
        return row.points;
      case "verdict":
        return VERDICTS.indexOf(row.verdict) * 100 + row.points;
      default:
        return undefined;
    }
  },
  searched: (row) => [row.principal, row.namespace, row.party, row.owner].join(" "),
};

const number = (value: number) => (value === 0 ? <span className="quiet">0</span> : count(value));

function columns(zone: string): GridColumn<AccountRow>[] {
  const names = words.columns;
  return [
    { key: "principal", label: names.principal, width: "minmax(190px, 1.6fr)", sortable: true, text: (row) => row.principal, cell: (row) => <PrincipalMark kind={accountMark(row)} label={row.principal} /> },
    { key: "verdict", label: names.verdict, width: "minmax(128px, .9fr)", sortable: true, facet: verdict, text: (row) => verdict(row.verdict), cell: (row) => <span className={row.verdict === "indicated" ? "flagged" : row.verdict === "watch" ? undefined : "quiet"}>{verdict(row.verdict)}</span> },
    { key: "points", label: names.points, width: "56px", end: true, sortable: true, text: (row) => String(row.points), cell: (row) => number(row.points) },
    { key: "kind", label: names.kind, width: "minmax(110px, .8fr)", sortable: true, facet: kind, text: (row) => kind(row.kind), cell: (row) => <span className="second">{kind(row.kind)}</span> },
    { key: "namespace", label: names.namespace, width: "minmax(90px, .7fr)", sortable: true, facet: orNone, text: (row) => row.namespace, cell: (row) => <span className="second">{row.namespace}</span> },
    { key: "party", label: names.party, width: "minmax(130px, 1fr)", sortable: true, facet: orNone, text: (row) => row.party ?? "", cell: (row) => row.party ?? <span className="quiet">–</span> },
    { key: "calls", label: names.calls, width: "68px", end: true, sortable: true, text: (row) => String(row.calls), cell: (row) => number(row.calls) },
    { key: "agent", label: names.agent, width: "84px", end: true, sortable: true, text: (row) => String(row.agent_evidenced), cell: (row) => number(row.agent_evidenced) },
    { key: "sign_ins", label: names.signIns, width: "68px", end: true, sortable: true, spare: true, text: (row) => String(row.sign_ins), cell: (row) => number(row.sign_ins) },
    { key: "owner", label: names.owner, width: "minmax(120px, 1fr)", sortable: true, spare: true, facet: orNone, text: (row) => row.owner ?? "", cell: (row) => row.owner ?? <span className="quiet">–</span> },
    { key: "first", label: `${names.first}, ${zone}`, width: "160px", sortable: true, spare: true, text: (row) => row.first ?? "", cell: (row) => <When at={row.first} only="grid" /> },
    { key: "last", label: `${names.last}, ${zone}`, width: "160px", sortable: true, text: (row) => row.last ?? "", cell: (row) => <When at={row.last} only="grid" /> },
  ];
}

/** Every account that stood on the wire, and for each the sheet of what speaks for and against a machine behind it. */
export function People() {
  const { account } = useSearch({ from: "/people" });
  const navigate = useNavigate({ from: "/people" });
  const zone = useZone();
  const { data, error, isPending, refetch } = useQuery(ask.accounts());
  const shown = useMemo(() => columns(strings.top.zone[zone]), [zone]);
  const open = (id: string | undefined) => {
    void navigate({ search: (now) => ({ ...now, account: id }) as never, replace: account !== undefined && id !== undefined });
  };
  return (
    <>
      <header>
        <h1>{words.title}</h1>
        {data === undefined ? null : <p className="second figures">{words.counts(data.length, data.filter((row) => row.verdict === "indicated").length)}</p>}
      </header>
      {isPending ? <Loading what={words.loading} rows={12} /> : null}
      {error === null ? null : <Failure error={error} retry={() => void refetch()} />}
      {data === undefined ? null : (
        <Split
          open={account !== undefined}
          list={
            <MemoryGrid
              name="accounts"
              label={words.grid}
              rows={data}
              columns={shown}
              rowKey={accountKey}
              values={VALUES}
              selected={account}
              onOpen={(row) => {
                open(accountKey(row));
              }}
              testid="accounts"
              empty={
                <Empty title={data.length === 0 ? words.none : words.noMatch}>
                  <p>{data.length === 0 ? words.noneBody : words.noMatchBody}</p>
                </Empty>
              }
            />
          }
          sheet={
            account === undefined ? null : (
              <AccountSheet
                key={account}
                id={account}
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
