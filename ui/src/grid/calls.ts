import { keepPreviousData, useQueries, useQuery } from "@tanstack/react-query";
import { useCallback, useMemo, useState } from "react";
import type { CallQuery } from "../bindings/CallQuery";
import type { CallRow } from "../bindings/CallRow";
import { host } from "../host";
import { queryClient } from "../state/queries";
import type { Facets, RowSource } from "./source";

export const PAGE_ROWS = 200;

export const callQuery = (query: Partial<CallQuery>): CallQuery => ({ columns: {}, from: null, to: null, descending: false, ...query });

const indexOf = (query: CallQuery) => ({ queryKey: ["call_index", query], queryFn: () => host.ask("call_index", { query }) });

export function useCallCount(query: CallQuery): number | undefined {
  return useQuery(indexOf(query)).data?.total;
}

/** Calls of a query, a page at a time from the keys where pages begin; whatever their number, what is in view is all that is read. */
export function useCallSource(query: CallQuery): { source: RowSource<CallRow>; total: number | undefined; error: Error | null; isPending: boolean; refetch: () => void } {
  const index = useQuery({ ...indexOf(query), placeholderData: keepPreviousData });
  const [wanted, setWanted] = useState<number[]>([0]);
  const keys = index.isPlaceholderData ? undefined : index.data?.keys;
  const pages = useQueries({
    queries: wanted
      .filter((page) => page === 0 || keys?.[page] !== undefined)
      .map((page) => ({
        queryKey: ["call_page", query, page],
        queryFn: () => host.ask("call_page", { query, key: page === 0 ? null : (keys?.[page] ?? null) }),
      })),
    combine: (results) => ({ error: results.find((each) => each.error !== null)?.error ?? null, loaded: results.filter((each) => each.data !== undefined).length, isPending: results.some((each) => each.isPending) }),
  });
  const want = useCallback((first: number, last: number) => {
    const pages = Array.from({ length: Math.floor(last / PAGE_ROWS) - Math.floor(first / PAGE_ROWS) + 1 }, (_, n) => Math.floor(first / PAGE_ROWS) + n);
    setWanted((now) => (now.length === pages.length && now.every((page, at) => page === pages[at]) ? now : pages));
  }, []);
  const total = keys === undefined ? undefined : index.data?.total;
  const source = useMemo<RowSource<CallRow>>(() => {
    const rows = (page: number) => queryClient.getQueryData<CallRow[]>(["call_page", query, page]);
    return {
      count: total ?? rows(0)?.length ?? 0,
      at: (row) => rows(Math.floor(row / PAGE_ROWS))?.[row % PAGE_ROWS],
      want,
      find: (key) => {
        for (const page of wanted) {
          const at = rows(page)?.findIndex((row) => row.id === key) ?? -1;
          if (at !== -1) return page * PAGE_ROWS + at;
        }
        return -1;
      },
      locate: (id) => host.ask("call_position", { query, id }).catch(() => null),
    };
    // eslint-disable-next-line react-hooks/exhaustive-deps -- what is loaded is read from the client's cache
  }, [query, total, want, wanted, pages.loaded]);
  return {
    source,
    total,
    error: index.error ?? pages.error,
    isPending: source.count === 0 && (index.isPending || index.isPlaceholderData || pages.isPending),
    refetch: () => {
      void queryClient.refetchQueries({ queryKey: ["call_index", query] });
      void queryClient.refetchQueries({ queryKey: ["call_page", query] });
    },
  };
}

export const callFacets =
  (query: CallQuery): Facets =>
  (column, text) =>
    host.ask("call_facet", { query, column, text: text === "" ? null : text, limit: 300 });

/** All calls of a query up to a number, page by page; for lists that must be seen whole. */
export async function allCalls(query: CallQuery, most: number): Promise<{ rows: CallRow[]; total: number }> {
  const index = await host.ask("call_index", { query });
  const rows: CallRow[] = [];
  for (const key of index.keys) {
    if (rows.length >= most) break;
    rows.push(...(await host.ask("call_page", { query, key })));
  }
  return { rows: rows.slice(0, most), total: index.total };
}
