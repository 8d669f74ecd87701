import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { Window } from "./frame/Window";
import { Calls } from "./screens/calls/Calls";
import { Evidence } from "./screens/evidence/Evidence";
import { Findings } from "./screens/findings/Findings";
import { Overview } from "./screens/overview/Overview";
import { Timeline } from "./screens/timeline/Timeline";
import { parseSearch, readCalls, readEvidence, readFindings, readRoot, readTimeline, stringifySearch } from "./state/address";

const root = createRootRoute({ component: Window, validateSearch: readRoot });
const overview = createRoute({ getParentRoute: () => root, path: "/", component: Overview });
const timeline = createRoute({ getParentRoute: () => root, path: "/timeline", component: Timeline, validateSearch: readTimeline });
const findings = createRoute({ getParentRoute: () => root, path: "/findings", component: Findings, validateSearch: readFindings });
const calls = createRoute({ getParentRoute: () => root, path: "/calls", component: Calls, validateSearch: readCalls });
const evidence = createRoute({ getParentRoute: () => root, path: "/evidence", component: Evidence, validateSearch: readEvidence });
const elsewhere = createRoute({
  getParentRoute: () => root,
  path: "$",
  beforeLoad: () => {
     
    throw redirect({ to: "/" });
  },
});

export const router = createRouter({
  routeTree: root.addChildren([overview, timeline, findings, calls, evidence, elsewhere]),
  parseSearch,
  stringifySearch,
  defaultPreload: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
