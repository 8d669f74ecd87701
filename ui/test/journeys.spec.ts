import { type Browser, chromium, type Page } from "playwright-core";
import { preview, type PreviewServer } from "vite";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

const stage = new URL("../dist-screens/stage.js", import.meta.url).pathname;
const PORT = 4174;
const HOME = `http://127.0.0.1:${String(PORT)}`;
const PERSON = "lena.osei@fernhill.example";

let server: PreviewServer;
let browser: Browser;
let page: Page;

beforeAll(async () => {
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
afterEach(async () => {
  await page.context().close();
});

async function open(path: string, staged: object = {}): Promise<void> {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: "reduce", permissions: ["clipboard-read", "clipboard-write"] });
  page = await context.newPage();
  page.setDefaultTimeout(8000);
  await page.addInitScript(`window.__STAGE__ = ${JSON.stringify(staged)};`);
  await page.addInitScript({ path: stage });
  await page.goto(HOME + path);
}
const search = () => new URL(page.url()).searchParams;
const focused = () => page.evaluate(() => document.activeElement?.getAttribute("data-testid") ?? document.activeElement?.tagName);
async function tabTo(testid: string): Promise<void> {
  for (let n = 0; n < 60; n += 1) {
    if ((await focused()) === testid) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`the keyboard does not reach ${testid}`);
}

test("by keyboard alone: the demonstration case, a finding, its call's proof, a person, the report", async () => {
  await open("/", { open: false });
  await page.getByTestId("demo-case").waitFor();
  await tabTo("demo-case");
  await page.keyboard.press("Enter");
  await page.getByTestId("progress").waitFor();
  await page.getByTestId("figure-attributed").waitFor({ timeout: 15_000 });
  await page.keyboard.press("g");
  await page.keyboard.press("f");
  await page.getByTestId("finding-row").first().waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await page.getByTestId("finding-detail").waitFor();
  expect(search().get("finding")).toBe("RU-03-1037");
  await tabTo("finding-call");
  await page.keyboard.press("Enter");
  await page.getByTestId("raw-text").waitFor();
  const id = search().get("record") ?? "";
  expect(await page.getByTestId("raw-text").textContent()).toContain(id);
  await page.keyboard.press("Escape");
  await page.getByTestId("drawer").waitFor({ state: "detached" });
  expect(search().get("finding")).toBe("RU-03-1037");
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => !window.location.search.includes("finding="));
  await page.keyboard.press("Control+k");
  await page.keyboard.type("osei");
  await page.getByRole("menuitem", { name: "Lena Osei" }).waitFor();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.getByTestId("timeline-grid-row").first().waitFor();
  expect(search().get("person")).toBe(PERSON);
  await tabTo("timeline-grid");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByTestId("sentence").waitFor();
  await tabTo("export-report");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await tabTo("report-save");
  await page.keyboard.press("Enter");
  await page.getByTestId("report-written").waitFor();
  expect(await page.getByTestId("report-written").textContent()).toContain("fernhill-q1-report.html");
});

test("dropped exports are imported, and a cancelled import says what stayed", async () => {
  await open("/", { empty: true });
  await page.getByTestId("nav-evidence").waitFor();
  await page.evaluate(() => {
    window.__DROP__?.over();
  });
  await page.getByText("Drop to import into this case").waitFor();
  await page.evaluate(() => {
    window.__DROP__?.drop(["/exports"]);
  });
  await page.getByTestId("progress").waitFor();
  await page.getByTestId("cancel").click();
  await page.getByTestId("import-report").waitFor({ timeout: 15_000 });
  expect(await page.getByTestId("import-report").textContent()).toContain("Cancelled");
  await page.getByTestId("export-row").first().waitFor();
});

test("the bottom bar is red where the records do not add up", async () => {
  await open("/evidence", { unreconciled: true });
  await page.locator(".bottombar.red").waitFor();
  expect(await page.getByTestId("reconciliation").textContent()).toContain("Does not reconcile");
});

test("the timeline zooms about the pointer, moves, fits, folds and keeps its view in the address", async () => {
  await open(`/timeline?person=${PERSON}`);
  await page.getByTestId("mark").first().waitFor();
  const box = await page.locator(".drawing").boundingBox();
  if (box === null) throw new Error("no drawing");
  const before = await page.locator(".lane.run").count();
  await page.mouse.move(box.x + 60, box.y + 60);
  for (let n = 0; n < 6; n += 1) await page.mouse.wheel(0, -300);
  await page.waitForFunction(() => window.location.search.includes("from="));
  const zoomed = Number(search().get("to")) - Number(search().get("from"));
  expect(zoomed).toBeLessThan(3 * 86_400_000);
  expect(await page.locator(".lane.run").count()).toBeLessThan(before);
  const from = Number(search().get("from"));
  await page.mouse.down();
  await page.mouse.move(box.x + 10, box.y + 60, { steps: 4 });
  await page.mouse.up();
  await page.waitForFunction((was) => Number(new URLSearchParams(window.location.search).get("from")) > was, from);
  await page.keyboard.press("ArrowRight");
  await page.waitForTimeout(300);
  expect(Number(search().get("to")) - Number(search().get("from"))).toBe(zoomed);
  await page.reload();
  await page.getByTestId("timeline-grid").waitFor();
  expect(Number(search().get("to")) - Number(search().get("from"))).toBe(zoomed);
  await page.keyboard.press("f");
  await page.waitForFunction(() => !window.location.search.includes("from="));
  await page.locator(".fold[aria-expanded=true]").first().click();
  await page.waitForFunction(() => window.location.search.includes("closed="));
  expect(await page.locator(".lane.run").count()).toBeLessThan(before);
});

test("what the drawing selects, the grid selects, and brackets step in time", async () => {
  await open(`/timeline?person=${PERSON}`);
  await page.getByTestId("timeline-grid-row").first().waitFor();
  await page.keyboard.press("]");
  await page.getByTestId("sentence").waitFor();
  const first = search().get("record");
  await page.keyboard.press("]");
  await page.waitForFunction((was) => new URLSearchParams(window.location.search).get("record") !== was, first);
  expect(await page.locator('.gridrow[aria-selected="true"]').count()).toBe(1);
  await page.getByTestId("mark").first().click();
  await page.locator(".call.selected").first().waitFor();
  expect(await page.locator('.gridrow[aria-selected="true"]').count()).toBe(1);
});

test("facets narrow the list, chips take them back, and single letters can be turned off", async () => {
  await open("/findings");
  await page.getByTestId("finding-row").first().waitFor();
  await page.locator(".facet", { hasText: "Medium" }).click();
  await page.waitForFunction(() => window.location.search.includes("severity=medium"));
  await page.getByText("5 of 13 findings").waitFor();
  await page.getByRole("button", { name: "Remove the filter Medium" }).click();
  await page.getByText("13 findings", { exact: true }).waitFor();
  await page.keyboard.press("?");
  await page.getByText("Single letters act as keys").click();
  await page.keyboard.press("Escape");
  await page.keyboard.press("j");
  await page.waitForTimeout(150);
  expect(search().get("finding")).toBeNull();
});

test("a case comes back where it was left, times follow the switch, and the citation is whole", async () => {
  await open("/calls?filter=contradicted");
  await page.getByTestId("calls-row").nth(1).click();
  await page.getByTestId("cite").click();
  const text = await page.evaluate(() => navigator.clipboard.readText());
  expect(text).toMatch(/SHA-256 of the record [0-9a-f]{64}; SHA-256 of the file [0-9a-f]{64}; case fernhill-q1\.behalf\.$/);
  await page.getByTestId("drawer-close").click();
  await page.getByRole("radio", { name: "Local" }).click();
  await page.getByText("Time, Local").waitFor();
  await page.goto(HOME);
  await page.waitForURL(/\/calls\?filter=contradicted/);
});
