import { type ReactNode, useMemo } from "react";
import type { CallQuery } from "../../bindings/CallQuery";
import type { CallRow } from "../../bindings/CallRow";
import { Failure, Loading } from "../../design/states";
import { callFacets, callQuery, useCallSource } from "../../grid/calls";
import { DataGrid, useGridSearch } from "../../grid/DataGrid";
import { host } from "../../host";
import { useZone } from "../../state/preferences";
import { useRecord } from "../../state/record";
import { strings } from "../../strings";
import { callColumns } from "./columns";

const words = strings.callsPage;
const callKey = (row: CallRow) => row.id;

/** Calls of a set, narrowed and sorted as the address says. */
export function CallsGrid({ name, base, lead, empty, head }: { name: string; base: Partial<CallQuery>; lead?: ReactNode; empty: ReactNode; head?: (total: number | undefined) => ReactNode }) {
  const { filters, sort, text } = useGridSearch();
  const { record, openRecord } = useRecord();
  const zone = useZone();
  const stamp = JSON.stringify([base, filters, sort, text]);
  const query = useMemo(
    () =>
      callQuery({
        ...base,
        columns: { ...filters, ...base.columns },
        ...(text === "" ? {} : { text }),
        ...(sort === null || sort.column === "time" ? {} : { sort: sort.column }),
        descending: sort?.descending ?? false,
      }),
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the stamp is what all of it says
    [stamp],
  );
  const { source, total, error, isPending, refetch } = useCallSource(query);
  const columns = useMemo(() => callColumns(strings.top.zone[zone]), [zone]);
  return (
    <>
      {head?.(total)}
      {error === null ? null : <Failure error={error} retry={refetch} />}
      {isPending && error === null ? <Loading what={words.loading} rows={12} /> : null}
      {error !== null || (isPending && text === "" && Object.keys(filters).length === 0) ? null : (
        <DataGrid
          name={name}
          label={words.grid}
          source={source}
          columns={columns}
          rowKey={callKey}
          selected={record}
          onOpen={(row) => {
            openRecord(row.id);
          }}
          facets={callFacets(query)}
          stamp={query}
          save={(shown, to) => host.ask("export_calls", { query, columns: shown.map(({ key, label }) => ({ word: key, name: label })), to })}
          testid="calls"
          lead={lead}
          empty={isPending ? null : empty}
        />
      )}
    </>
  );
}
