import { type ChildProcess, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { behalf, browse, fixtures, root, serve } from "./serve";

// The ten questions over the real engine: each is answered within three clicks from the overview.

const shots = join(root, "target/journeys");

let folder: string;
let server: ChildProcess;
let address: string;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let clicks = 0;
let faults: string[] = [];

beforeAll(async () => {
  mkdirSync(shots, { recursive: true });
  folder = mkdtempSync(join(tmpdir(), "behalf-questions-"));
  const path = join(folder, "march.behalf");
  execFileSync(behalf, ["import", "--case", path, "--mapping", join(fixtures, "switchboard.mapping.toml"), join(fixtures, "exports")], { stdio: "ignore" });
  execFileSync(behalf, ["analyze", "--case", path], { stdio: "ignore" });
  ({ server, address } = await serve(path, folder));
  browser = await browse();
});
afterAll(async () => {
  await browser.close();
  server.removeAllListeners("exit");
  server.kill();
  rmSync(folder, { recursive: true, force: true });
});

beforeEach(async () => {
  context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce" });
  page = await context.newPage();
  page.setDefaultTimeout(30_000);
  faults = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
  });
  page.on("pageerror", (error) => faults.push(error.message));
  await page.goto(address);
  await page.getByTestId("questions").waitFor();
  clicks = 0;
});
afterEach(async (task) => {
  await page.screenshot({ path: join(shots, `question-${task.task.name.slice(0, 2).trim()}.png`) });
  await context.close();
  expect(clicks, "clicks").toBeLessThanOrEqual(3);
  expect(faults).toEqual([]);
});

const at = (id: string) => page.getByTestId(id).first();
async function click(id: string): Promise<void> {
  await at(id).click();
  clicks += 1;
}
const number = async (id: string): Promise<number> => Number(/[\d,]+/.exec(await at(id).innerText())?.[0].replaceAll(",", "") ?? Number.NaN);

test("1 who did this", async () => {
  await click("ask-who");
  await click("calls-row");
  await at("sentence").waitFor();
  await at("raw-text").waitFor();
});

test("2 was it allowed, and on whose rights", async () => {
  await click("figure-attributed");
  await click("calls-row");
  await click("ask-allowed");
  await at("authorized-answer").waitFor();
  expect(await at("authorized-because").innerText()).not.toBe("");
});

test("3 what did a person do through agents", async () => {
  await click("ask-through");
  await click("person-row");
  await at("timeline-grid-row").waitFor();
});

test("4 who touched a record", async () => {
  await click("figure-attributed");
  await click("calls-row");
  await click("ask-touched");
  await page.locator(".recordname").waitFor();
  await at("calls-row").waitFor();
  const one = await page.locator(".recordname").innerText();
  const resources = await page.locator('[data-testid="calls-row"] [aria-colindex="6"]').allInnerTexts();
  expect(new Set(resources)).toEqual(new Set([one]));
});

test("5 which calls can nobody be named for", async () => {
  const said = await number("figure-refused");
  await click("ask-nobody");
  await expect.poll(() => number("calls-count")).toBe(said);
  expect(await at("calls-row").innerText()).toContain("nobody named");
});

test("6 which accounts behave like robots", async () => {
  await click("ask-robots");
  await click("accounts-row");
  expect(await at("account-sentence").innerText()).toMatch(/indicators of automation|Worth a look/);
  await page.locator(".heat").first().waitFor();
});

test("7 where do agents give people more than they have", async () => {
  await click("ask-more");
  await click("finding-row");
  await at("finding-detail").waitFor();
});

test("8 which tokens went beyond what they were given", async () => {
  await click("ask-tokens");
  await click("finding-row");
  await at("finding-detail").waitFor();
});

test("9 is the evidence complete", async () => {
  await click("ask-complete");
  await at("export-row").waitFor();
  await at("completeness").waitFor();
  expect(await at("reconciliation").innerText()).not.toBe("");
});

test("10 can it be handed over", async () => {
  await click("ask-over");
  await at("preflight").waitFor();
  await click("page-save");
  const to = join(folder, "report.html");
  await at("path-input").fill(to);
  await click("path-confirm");
  await at("page-written").waitFor();
  expect(readFileSync(to, "utf8")).toContain("<html");
});

test("every number of the grid is what the engine counts, and its export is what it shows", async () => {
  const total = await number("figure-calls");
  await at("nav-calls").click();
  await at("calls-row").waitFor();
  await expect.poll(() => number("calls-count")).toBeGreaterThanOrEqual(total);
  await at("grid-search").fill("claim");
  await page.waitForFunction(() => window.location.search.includes("text=claim"));
  const shown = Number(await at("calls").getAttribute("aria-rowcount")) - 1;
  await expect.poll(() => number("calls-count")).toBe(shown);
  await at("grid-more").click();
  await page.getByRole("menuitem", { name: /Export/ }).click();
  const to = join(folder, "claims.csv");
  await at("path-input").fill(to);
  await at("path-confirm").click();
  await at("grid-written").waitFor();
  expect(readFileSync(to, "utf8").trimEnd().split("\r\n")).toHaveLength(shown + 1);
  clicks = 0;
});

test("runs, agents and patterns stand on the real case", async () => {
  await at("nav-runs").click();
  await at("runs-row").click();
  await at("run-line").waitFor();
  await at("nav-agents").click();
  await at("agents-row").click();
  await at("agent-sheet").waitFor();
  await at("nav-patterns").click();
  await at("pattern-cell").click();
  await at("pattern-sheet").waitFor();
  clicks = 0;
});
