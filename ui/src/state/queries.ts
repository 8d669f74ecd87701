import { keepPreviousData, QueryClient, queryOptions } from "@tanstack/react-query";
import type { RightsQuestion } from "../bindings/RightsQuestion";
import { type Commands, type FindingFilter, host } from "../host";

export const queryClient = new QueryClient({
  // The engine is local and its answers change only by an import, which clears them: no refetching by time or focus.
  defaultOptions: { queries: { staleTime: Infinity, gcTime: 300_000, retry: false, refetchOnWindowFocus: false, networkMode: "always" } },
});

const APP = "app";

/** Answers that hang on the case; an import or another case makes them void. */
export async function forgetCase(): Promise<void> {
  await queryClient.resetQueries({ predicate: (query) => query.queryKey[0] !== APP });
}

export const ask = {
  app: () => queryOptions({ queryKey: [APP], queryFn: () => host.ask("app_info", {}) }),
  overview: () => queryOptions({ queryKey: ["overview"], queryFn: () => host.ask("overview", {}) }),
  files: () => queryOptions({ queryKey: ["files"], queryFn: () => host.ask("files", {}) }),
  reconciliation: () => queryOptions({ queryKey: ["reconciliation"], queryFn: () => host.ask("reconciliation", {}) }),
  completeness: () => queryOptions({ queryKey: ["completeness"], queryFn: () => host.ask("completeness", {}) }),
  receipts: () => queryOptions({ queryKey: ["receipts"], queryFn: () => host.ask("receipts", {}) }),
  losses: (file: string | null) => queryOptions({ queryKey: ["losses", file], queryFn: () => host.ask("losses", { file }) }),
  findings: (filter: FindingFilter) =>
    queryOptions({ queryKey: ["findings", filter], queryFn: () => host.ask("findings", filter), placeholderData: keepPreviousData }),
  finding: (id: string) => queryOptions({ queryKey: ["finding", id], queryFn: () => host.ask("finding", { id }) }),
  who: (id: string) => queryOptions({ queryKey: ["who", id], queryFn: () => host.ask("who", { id }) }),
  raw: (id: string) => queryOptions({ queryKey: ["raw", id], queryFn: () => host.ask("raw", { id }) }),
  people: (text: string | null) =>
    queryOptions({ queryKey: ["people", text], queryFn: () => host.ask("people", { text }), placeholderData: keepPreviousData }),
  timeline: (key: string, from: number | null, to: number | null) =>
    queryOptions({ queryKey: ["timeline", key, from, to], queryFn: () => host.ask("timeline", { key, from, to }) }),
  accounts: () => queryOptions({ queryKey: ["accounts"], queryFn: () => host.ask("accounts", {}) }),
  account: (id: string) => queryOptions({ queryKey: ["account", id], queryFn: () => host.ask("account", { id }) }),
  agents: () => queryOptions({ queryKey: ["agents"], queryFn: () => host.ask("agents", {}) }),
  patterns: () => queryOptions({ queryKey: ["patterns"], queryFn: () => host.ask("patterns", {}) }),
  authorized: (question: RightsQuestion) => queryOptions({ queryKey: ["authorized", question], queryFn: () => host.ask("authorized", { question }) }),
  whoCan: (asked: Commands["who_can"]["args"]) => queryOptions({ queryKey: ["who_can", asked], queryFn: () => host.ask("who_can", asked) }),
  approved: (id: string) => queryOptions({ queryKey: ["approved", id], queryFn: () => host.ask("approved", { id }) }),
  runs: (text: string | null) => queryOptions({ queryKey: ["runs", text], queryFn: () => host.ask("runs", { text }), placeholderData: keepPreviousData }),
  runTree: (id: string) => queryOptions({ queryKey: ["run_tree", id], queryFn: () => host.ask("run_tree", { id }) }),
  scope: () => queryOptions({ queryKey: ["scope"], queryFn: () => host.ask("scope", {}) }),
};
