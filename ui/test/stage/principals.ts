import type { AccountRow } from "../../src/bindings/AccountRow";
import type { AccountSheet } from "../../src/bindings/AccountSheet";
import type { AgentRow } from "../../src/bindings/AgentRow";
import type { Holder } from "../../src/bindings/Holder";
import type { ToolPattern } from "../../src/bindings/ToolPattern";
import { AGENTS, type Call, calls, people } from "./calls";
import { findings } from "./findings";

const wires = [...new Set(calls.map((call) => call.wire))].sort();

export const accounts: AccountRow[] = wires
  .map((principal): AccountRow => {
    const mine = calls.filter((call) => call.wire === principal);
    const person = people.find((row) => row.key === principal);
    const robot = principal === "broker.desk@fernhill.example";
    const machine = person === undefined && !robot;
    const ended = principal.startsWith("declan");
    return {
      principal,
      namespace: machine ? (principal.startsWith("AgentRole") ? "aws" : "gateway") : "entra",
      kind: robot ? "unbacked" : person !== undefined ? "person" : principal.startsWith("svc") ? "service" : "agent",
      party: person?.name ?? (machine ? principal.replace("AgentRole-", "") : null),
      backed: machine ? null : !robot,
      calls: mine.length,
      agent_evidenced: mine.filter((call) => call.agent !== null).length,
      sign_ins: machine ? 0 : Math.round(mine.length / 9),
      first: mine[0]?.time ?? null,
      last: mine.at(-1)?.time ?? null,
      owner: principal.startsWith("svc") ? "platform@fernhill.example" : null,
      signals_for: robot ? 6 : ended ? 2 : 0,
      signals_against: robot ? 1 : machine ? 0 : 5,
      points: robot ? 11 : ended ? 3 : 0,
      verdict: machine ? "untested" : robot ? "indicated" : ended ? "watch" : "none",
    };
  })
  .sort((a, b) => b.points - a.points || (a.principal < b.principal ? -1 : 1));

const week = (list: Call[]): number[][] => {
  const grid = Array.from({ length: 7 }, () => Array<number>(24).fill(0));
  for (const call of list) {
    const at = new Date(call.at);
    const day = grid[(at.getUTCDay() + 6) % 7];
    if (day !== undefined) day[at.getUTCHours()] = (day[at.getUTCHours()] ?? 0) + 1;
  }
  return grid;
};

export function account(id: string): AccountSheet | undefined {
  const row = accounts.find((each) => id === each.principal || id === `${each.namespace}:${each.principal}`);
  if (row === undefined) return undefined;
  const mine = calls.filter((call) => call.wire === row.principal);
  const robot = row.verdict === "indicated";
  return {
    account: row,
    sentence: robot
      ? "Account with indicators of automation, structural ones among them: supported, not proved (6 signals for, 1 against; 11 points)."
      : row.verdict === "untested"
        ? "A machine's account: that it acts like one is no news, and is not tested."
        : "Nothing that would speak for a machine behind this account (0 signals for, 5 against; 0 points).",
    base_rate: "Where 2 accounts in 100 are machines, a single flag that finds 9 of 10 machines and errs on 5 people in 100 is right about one time in four. Behaviour alone therefore names no account.",
    rests_on: robot ? "all calls of the account" : "calls without evidence of an agent: what an agent did for this person is not this person's rhythm",
    signals:
      row.verdict === "untested"
        ? []
        : [
            { id: "S01", family: "structure", says: "No person of the directory stands behind it", stands: robot ? "for" : "against", value: null, threshold: null, sentence: robot ? "The directory received covers this system and holds no person of this login." : "The directory names a person.", needs: "A directory that covers the system.", caution: "A shared mailbox; a person whose row was left out." },
            { id: "S04", family: "clients", says: "Agents' clients use it", stands: robot ? "for" : "against", value: robot ? 188 : 0, threshold: 1, sentence: robot ? "188 of 214 calls came with the user agent of a known agent." : "No call came with an agent's client.", needs: "Records with a user agent.", caution: "A person who tries an agent by hand." },
            { id: "S07", family: "rhythm", says: "It does not sleep", stands: robot ? "for" : "against", value: robot ? 23 : 10, threshold: 20, sentence: robot ? "Active in 23 hours of the day." : "Active in 10 hours of the day.", needs: "Two weeks with at least 50 calls.", caution: "Shift work; several people." },
            { id: "S09", family: "sign-in", says: "It signs in like a person", stands: "against", value: 24, threshold: 1, sentence: "24 interactive sign-ins with a second factor.", needs: "Sign-in records.", caution: "" },
            { id: "S12", family: "pace", says: "Calls follow at machine pace", stands: "not_enough", value: null, threshold: null, sentence: "", needs: "At least 200 calls with milliseconds on their times.", caution: "Bulk edits in a user interface." },
          ],
    hours: week(mine),
    hours_counted: week(robot ? mine : mine.filter((call) => call.agent === null)),
    findings: robot ? findings.filter((each) => each.cause === row.principal && !each.design_fact).map(({ id: finding, rule, severity, title }) => ({ id: finding, rule, severity, title })) : [],
  };
}

export const agents: AgentRow[] = [...AGENTS, "night-indexer"].map((agent, at): AgentRow => {
  const mine = calls.filter((call) => call.agent === agent);
  const registered = at !== 3;
  const tools = [...new Set(mine.map((call) => call.action))].map((tool) => ({ tool, calls: mine.filter((call) => call.action === tool).length })).sort((a, b) => b.calls - a.calls);
  const named = [...new Set(mine.flatMap((call) => (call.human === null ? [] : [call.human])))].sort();
  return {
    agent,
    registered,
    name: registered ? agent.replace("-", " ") : null,
    status: registered ? "active" : null,
    owner: registered && at !== 2 ? "hannah.weiss@fernhill.example" : null,
    purpose: registered ? "Reads claims, sorts them and writes notes for the handler" : null,
    vendor: at === 0 ? "in house" : null,
    environment: registered ? "production" : null,
    approved_pattern: at === 0 ? "obo" : null,
    client_ids: registered ? [`cli_${agent.slice(0, 6)}`] : [],
    last_certified: at === 0 ? "2025-11-14T00:00:00Z" : null,
    principals: [`gateway:${agent}`, `aws-role:AgentRole-${agent}`],
    runs: new Set(mine.map((call) => call.run)).size,
    calls: mine.length,
    first: mine[0]?.time ?? null,
    last: mine.at(-1)?.time ?? null,
    people: named,
    tools,
    blast: {
      rights: tools.map((tool) => `allow ${tool.tool} on *`),
      rights_count: at === 1 ? 412 : tools.length,
      administrator: at === 2,
      people_wieldable: named.slice(0, 6),
      irreversible: at === 0 ? ["claims.pay", "claims.close"] : [],
      irreversible_calls: at === 0 ? 14 : 0,
      rights_known: at !== 3,
    },
    notes: [...(registered ? [] : ["in the logs, and in no row of the register"]), ...(at === 2 ? ["no owner is recorded", "its rights cover everything"] : []), ...(at === 4 ? ["registered, and in no log of this case"] : [])],
  };
});

export const patterns: ToolPattern[] = AGENTS.flatMap((agent) => {
  const mine = calls.filter((call) => call.agent === agent);
  return [...new Set(mine.map((call) => `${call.target}|${call.action}`))].map((key): ToolPattern => {
    const [service = "", tool = ""] = key.split("|");
    const here = mine.filter((call) => call.action === tool && call.target === service);
    const seen = [...new Set(here.map((call) => call.pattern))]
      .map((pattern) => ({ pattern, list: here.filter((call) => call.pattern === pattern) }))
      .sort((a, b) => b.list.length - a.list.length);
    const required = service === "claims" ? "hybrid" : service === "ledger" ? "obo_or_hybrid" : "service_account";
    const weak = (pattern: string) => pattern === "robot_user" || (required !== "service_account" && pattern === "service_account") || (required === "hybrid" && pattern === "obo");
    const gap = seen.some(({ pattern }) => weak(pattern)) ? (service === "ledger" ? "proposed" : "weaker") : "none";
    const grades = (list: Call[]) => Object.fromEntries(["A", "B", "C", "none"].map((grade) => [grade, list.filter((call) => (call.grade === "X" || call.grade === null ? "none" : call.grade) === grade).length]).filter(([, n]) => n !== 0)) as Record<string, number>;
    return {
      agent,
      service,
      tool,
      calls: here.length,
      observed: seen[0]?.pattern ?? "undetermined",
      share: Math.round(((seen[0]?.list.length ?? 0) / here.length) * 10_000) / 10_000,
      grade: agent === "statement-reader" ? null : "B",
      required,
      basis: service === "claims" ? "asset" : service === "ledger" ? "proposal" : "rule",
      why: service === "claims" ? "The asset list asks for hybrid: health data, regulated by GDPR Art. 9." : "Per-user data: the decision has to be on the user's own rights.",
      gap,
      change:
        gap === "none"
          ? []
          : ["Exchange the person's token for one that names the agent as actor, narrow in scope and audience and minutes long, and call with that. It costs an exchange on every hop; work without a person needs another way."],
      takes: "delegated tokens and service credentials",
      approved: agent === "claims-triage" ? "obo" : null,
      effect: tool.includes("note") || tool.includes("append") ? "change" : "read",
      per_user: service !== "github",
      regulated: service === "claims" ? "GDPR Art. 9" : null,
      rated: service === "claims",
      patterns: seen.map(({ pattern, list }) => ({ pattern, calls: list.length, share: Math.round((list.length / here.length) * 10_000) / 10_000, both_on_record: pattern === "hybrid" ? list.length : 0, grades: grades(list), meets: !weak(pattern) })),
      design_facts: gap === "weaker" ? [{ rule: "PT-01", finding: findings.find((row) => row.rule === "PT-01")?.id ?? "", calls: here.length }] : [],
    };
  });
});

export const holders: Holder[] = [
  ...people.slice(0, 4).map((row): Holder => ({ principal: row.key, kind: "person", answer: "yes", because: ["allow claims.* on claim/*, through the group Claims handlers", "entitlement record sha256:91c2aa07bd34e85f"] })),
  { principal: "claims-triage", kind: "agent", answer: "yes", because: ["allow claims.* on *", "entitlement record sha256:aa00bb11cc22dd33"] },
  { principal: "sofia.marchetti@fernhill.example", kind: "person", answer: "unanswerable", because: ["the condition amount <= 500 cannot be evaluated: the amount is not given"] },
];
