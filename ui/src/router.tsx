import { createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { Window } from "./frame/Window";
import { Agents } from "./screens/agents/Agents";
import { Authorization } from "./screens/authorization/Authorization";
import { Calls } from "./screens/calls/Calls";
import { Evidence } from "./screens/evidence/Evidence";
import { LossGrid } from "./screens/evidence/LossGrid";
import { Findings } from "./screens/findings/Findings";
import { Mapping } from "./screens/mapping/Mapping";
import { Overview } from "./screens/overview/Overview";
import { Patterns } from "./screens/patterns/Patterns";
import { People } from "./screens/people/People";
import { Record } from "./screens/record/Record";
import { Report } from "./screens/report/Report";
import { Runs } from "./screens/runs/Runs";
import { Settings } from "./screens/settings/Settings";
import { Timeline } from "./screens/timeline/Timeline";
import {
  parseSearch,
  readAgents,
  readAuthorization,
  readCalls,
  readEvidence,
  readFindings,
  readLosses,
  readMapping,
  readPatterns,
  readPeople,
  readRecord,
  readRoot,
  readRuns,
  readTimeline,
  stringifySearch,
} from "./state/address";

const root = createRootRoute({ component: Window, validateSearch: readRoot });
const overview = createRoute({ getParentRoute: () => root, path: "/", component: Overview });
const timeline = createRoute({ getParentRoute: () => root, path: "/timeline", component: Timeline, validateSearch: readTimeline });
const findings = createRoute({ getParentRoute: () => root, path: "/findings", component: Findings, validateSearch: readFindings });
const calls = createRoute({ getParentRoute: () => root, path: "/calls", component: Calls, validateSearch: readCalls });
const evidence = createRoute({ getParentRoute: () => root, path: "/evidence", component: Evidence, validateSearch: readEvidence });
const people = createRoute({ getParentRoute: () => root, path: "/people", component: People, validateSearch: readPeople });
const agents = createRoute({ getParentRoute: () => root, path: "/agents", component: Agents, validateSearch: readAgents });
const patterns = createRoute({ getParentRoute: () => root, path: "/patterns", component: Patterns, validateSearch: readPatterns });
const authorization = createRoute({ getParentRoute: () => root, path: "/authorization", component: Authorization, validateSearch: readAuthorization });
const runs = createRoute({ getParentRoute: () => root, path: "/runs", component: Runs, validateSearch: readRuns });
const record = createRoute({ getParentRoute: () => root, path: "/record", component: Record, validateSearch: readRecord });
const losses = createRoute({ getParentRoute: () => root, path: "/losses", component: LossGrid, validateSearch: readLosses });
const mapping = createRoute({ getParentRoute: () => root, path: "/mapping", component: Mapping, validateSearch: readMapping });
const report = createRoute({ getParentRoute: () => root, path: "/report", component: Report });
const settings = createRoute({ getParentRoute: () => root, path: "/settings", component: Settings });
const elsewhere = createRoute({
  getParentRoute: () => root,
  path: "$",
  beforeLoad: () => {
     
    throw redirect({ to: "/" });
  },
});

export const router = createRouter({
  routeTree: root.addChildren([overview, timeline, findings, calls, runs, record, people, agents, patterns, authorization, evidence, losses, mapping, report, settings, elsewhere]),
  parseSearch,
  stringifySearch,
  defaultPreload: false,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}
