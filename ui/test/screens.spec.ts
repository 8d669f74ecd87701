import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { preview, type PreviewServer } from "vite";
import { afterAll, beforeAll, expect, test } from "vitest";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const stage = new URL("../dist-screens/stage.js", import.meta.url).pathname;
const shots = new URL("./shots/", import.meta.url).pathname;
const PORT = 4173;
const HOME = `http://127.0.0.1:${String(PORT)}`;
const PERSON = "lena.osei@fernhill.example";

let server: PreviewServer;
let browser: Browser;

beforeAll(async () => {
  mkdirSync(shots, { recursive: true });
  server = await preview({ build: { outDir: "dist-screens" }, preview: { port: PORT, strictPort: true } });
  browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
});
afterAll(async () => {
  await browser.close();
  await server.close();
});

type Look = { scheme: "light" | "dark"; contrast?: "more"; width?: number; height?: number; staged?: object };

/** Opens a page over the staged host and hands back what went wrong in it. */
async function open(path: string, look: Look): Promise<{ page: Page; faults: string[]; context: BrowserContext }> {
  const context = await browser.newContext({
    viewport: { width: look.width ?? 1280, height: look.height ?? 800 },
    colorScheme: look.scheme,
    reducedMotion: "reduce",
    contrast: look.contrast ?? "no-preference",
    timezoneId: "Asia/Kathmandu",
  });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(error.message));
  page.on("request", (request) => {
    if (!request.url().startsWith(HOME)) faults.push(`asked for ${request.url()}`);
  });
  await page.addInitScript(`window.__STAGE__ = ${JSON.stringify(look.staged ?? {})};`);
  await page.addInitScript({ path: stage });
  await page.goto(HOME + path);
  return { page, faults, context };
}

/** What axe finds, one line a node. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: runner } = window as unknown as { axe: { run: (at: Document, options: object) => Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> } };
    const found = await runner.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    return found.violations.flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.html.slice(0, 200)} | ${node.failureSummary.slice(0, 300)}`));
  });
}

/** `after` the picture and before axe: the library lays a popover and its dismiss button outside every landmark. */
type Screen = { name: string; path: string; ready: string; act?: (page: Page) => Promise<void>; after?: (page: Page) => Promise<void>; staged?: object; look?: Omit<Look, "scheme"> };

const SCREENS: Screen[] = [
  { name: "start", path: "/", ready: '[data-testid="recent-case"]', staged: { open: false } },
  { name: "overview", path: "/", ready: '[data-testid="patterns"]' },
  { name: "evidence", path: "/evidence", ready: '[data-testid="losses"] li' },
  { name: "evidence-empty", path: "/evidence", ready: ".state", staged: { empty: true } },
  {
    name: "evidence-importing",
    path: "/evidence",
    ready: '[data-testid="export-row"]',
    act: async (page) => {
      await page.getByTestId("import").click();
      await page.waitForTimeout(2400);
    },
  },
  { name: "evidence-red", path: "/evidence", ready: '[data-testid="losses"] li', staged: { unreconciled: true } },
  { name: "findings", path: "/findings", ready: '[data-testid="finding-row"]' },
  { name: "finding", path: "/findings?severity=high,medium&finding=RU-03-1037", ready: ".criteria" },
  { name: "findings-none", path: "/findings?text=nothing+like+this", ready: ".state" },
  {
    name: "finding-call",
    path: "/findings?finding=RU-03-1037",
    ready: '[data-testid="finding-call"]',
    act: async (page) => {
      await page.getByTestId("finding-call").nth(1).click();
      await page.getByTestId("raw-text").waitFor();
    },
  },
  { name: "calls", path: "/calls?filter=refused", ready: '[data-testid="calls-row"]' },
  {
    name: "call-refused",
    path: "/calls?filter=refused",
    ready: '[data-testid="calls-row"]',
    act: async (page) => {
      await page.getByTestId("calls-row").nth(2).click();
      await page.getByTestId("raw-text").waitFor();
    },
  },
  {
    name: "calls-filtered",
    path: "/calls?in=agent:claims-triage;outcome:denied,error&sort=-resource",
    ready: '[data-testid="calls-row"]',
    act: async (page) => {
      await page.getByTestId("add-filter").click();
      await page.getByRole("option", { name: "Recorded initiator" }).click();
      await page.getByRole("option").nth(3).waitFor();
    },
    after: async (page) => {
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    },
  },
  { name: "calls-table", path: "/calls?table=1&page=1", ready: '[data-testid="plain-table"] tbody tr:nth-child(40)' },
  { name: "calls-none", path: "/calls?text=nothing+like+this", ready: ".state" },
  { name: "accounts", path: "/people", ready: '[data-testid="accounts-row"]' },
  { name: "account", path: "/people?account=entra:broker.desk@fernhill.example", ready: ".heat" },
  { name: "account-person", path: "/people?account=entra:lena.osei@fernhill.example", ready: ".heat" },
  { name: "agents", path: "/agents", ready: '[data-testid="agents-row"]' },
  { name: "agent", path: "/agents?agent=claims-triage", ready: '[data-testid="agent-sheet"]' },
  { name: "patterns", path: "/patterns", ready: '[data-testid="pattern-cell"]' },
  { name: "pattern", path: "/patterns?cell=claims-triage/claims/claims.read", ready: '[data-testid="observed"]' },
  { name: "authorization", path: "/authorization", ready: '[data-testid="ask-user"]' },
  { name: "authorized", path: "/authorization?user=lena.osei@fernhill.example&action=claims.note&resource=claim/48213&at=2026-03-04T15:40:00Z", ready: '[data-testid="authorized-answer"]' },
  { name: "who-can", path: "/authorization?ask=who&action=claims.note&resource=claim/48213&at=2026-03-04T15:40:00Z", ready: '[data-testid="who-can"]' },
  { name: "runs", path: "/runs", ready: '[data-testid="runs-row"]' },
  {
    name: "run",
    path: "/runs",
    ready: '[data-testid="runs-row"]',
    act: async (page) => {
      await page.getByTestId("runs-row").nth(1).click();
      await page.getByTestId("run-line").first().waitFor();
    },
  },
  {
    name: "run-wide",
    path: "/runs?run=wide",
    ready: '[data-testid="run-line"]',
    staged: { spans: 100_000 },
    act: async (page) => {
      await page.getByTestId("run-graph").focus();
      for (let n = 0; n < 4; n += 1) await page.keyboard.press("+");
    },
  },
  { name: "record", path: "/record", ready: '[data-testid="record-resource"]' },
  { name: "record-audit", path: "/record?resource=fernhill/policy-wording", ready: '[data-testid="calls-row"]' },
  { name: "record-subject", path: "/record?resource=fernhill/policy-wording&view=subject", ready: '[data-testid="touched-row"]' },
  { name: "findings-grid", path: "/findings?group=table&sort=-calls", ready: '[data-testid="findings-grid-row"]' },
  { name: "losses-grid", path: "/losses", ready: '[data-testid="losses-grid-row"]' },
  { name: "mapping-start", path: "/mapping", ready: ".state" },
  { name: "mapping", path: "/mapping?path=/exports/gateway.ndjson", ready: '[data-testid="mapping-preview"]' },
  { name: "report-page", path: "/report", ready: '[data-testid="preflight"]' },
  { name: "settings", path: "/settings", ready: '[data-testid="reviewer"]' },
  { name: "people", path: "/timeline", ready: '[data-testid="person-row"]' },
  { name: "timeline", path: `/timeline?person=${PERSON}`, ready: '[data-testid="timeline-grid-row"]' },
  { name: "timeline-day", path: `/timeline?person=${PERSON}&from=${String(Date.UTC(2026, 2, 3, 6))}&to=${String(Date.UTC(2026, 2, 4, 19))}`, ready: '[data-testid="timeline-grid-row"]' },
  {
    name: "timeline-run",
    path: `/timeline?person=${PERSON}`,
    ready: '[data-testid="timeline-grid-row"]',
    act: async (page) => {
      await page.keyboard.press("]");
      for (let n = 0; n < 12; n += 1) await page.keyboard.press("+");
      await page.getByTestId("raw-text").waitFor();
      await page.waitForTimeout(400);
    },
  },
  {
    name: "palette",
    path: "/",
    ready: '[data-testid="patterns"]',
    act: async (page) => {
      await page.keyboard.press("Control+k");
      await page.getByTestId("palette-input").fill("o");
      await page.waitForTimeout(300);
    },
  },
  {
    name: "keys",
    path: "/findings",
    ready: '[data-testid="finding-row"]',
    act: async (page) => {
      await page.keyboard.press("?");
      await page.getByRole("dialog").waitFor();
    },
  },
  {
    name: "report",
    path: "/",
    ready: '[data-testid="patterns"]',
    act: async (page) => {
      await page.getByTestId("export-report").click();
      await page.getByRole("dialog").waitFor();
    },
  },
  { name: "overview-whole", path: "/", ready: '[data-testid="patterns"]', look: { height: 1720 } },
  { name: "overview-contrast", path: "/", ready: '[data-testid="patterns"]', look: { contrast: "more" } },
  { name: "finding-narrow", path: "/findings?finding=AZ-01-1000&group=family", ready: ".criteria", look: { width: 1024, height: 700 } },
  { name: "finding-wide", path: "/findings?finding=AZ-01-1000&facts=1", ready: ".criteria", look: { width: 1720, height: 1000 } },
  {
    name: "timeline-fanout",
    path: `/timeline?person=mei-ling.zhou@fernhill.example`,
    ready: '[data-testid="timeline-grid-row"]',
    look: { width: 1600, height: 1000 },
    act: async (page) => {
      const bar = page.locator(".runbar.refused").first();
      await bar.dblclick({ force: true });
      await page.waitForTimeout(500);
      await page.keyboard.press("-");
      await page.keyboard.press("-");
      await page.waitForTimeout(500);
    },
  },
  { name: "timeline-partial", path: `/timeline?person=${PERSON}`, ready: '[data-testid="timeline-grid-row"]', staged: { partial: true } },
  { name: "loading", path: "/findings", ready: ".skeleton", staged: { hold: "findings" } },
  { name: "failure", path: "/findings", ready: ".failure", staged: { fail: "findings" } },
];

for (const scheme of ["light", "dark"] as const) {
  for (const screen of SCREENS) {
    test(`${screen.name}, ${scheme}: nothing wrong to axe, to the console or to the content policy`, async () => {
      const { page, faults, context } = await open(screen.path, { scheme, ...screen.look, ...(screen.staged === undefined ? {} : { staged: screen.staged }) });
      await page.locator(screen.ready).first().waitFor();
      await screen.act?.(page);
      await page.waitForTimeout(150);
      await page.screenshot({ path: `${shots}${screen.name}-${scheme}.png` });
      await screen.after?.(page);
      const found = await violations(page);
      await context.close();
      expect(found).toEqual([]);
      expect(faults).toEqual([]);
    });
  }
}
