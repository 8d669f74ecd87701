import { type ChildProcess, execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { behalf, browse, fixtures, root, serve } from "./serve";

// A review in a browser over `behalf serve`: the real engine, and axe on each screen that is passed.

const shots = join(root, "target/journeys");
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let folder: string;
let server: ChildProcess;
let address: string;
let browser: Browser;

beforeAll(async () => {
  mkdirSync(shots, { recursive: true });
  folder = mkdtempSync(join(tmpdir(), "behalf-journey-"));
  const first = join(folder, "first.behalf");
  execFileSync(behalf, ["import", "--case", first, join(fixtures, "exports/directory.csv")]);
  ({ server, address } = await serve(first, folder));
  browser = await browse();
});

afterAll(async () => {
  await browser.close();
  server.removeAllListeners("exit");
  server.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** What axe finds, one line a node. */
async function violations(page: Page): Promise<string[]> {
  // An animation caught midway has other contrasts than the screen it leads to.
  await page.waitForTimeout(250);
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: runner } = window as unknown as {
      axe: { run: (at: Document, options: object) => Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string }[] }[] }> };
    };
    const found = await runner.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    return found.violations.flatMap((each) => each.nodes.map((node) => `${each.id}: ${node.html.slice(0, 200)} | ${node.failureSummary.slice(0, 300)}`));
  });
}

for (const scheme of ["light", "dark"] as const) {
  test(`from an empty case to a report, ${scheme}`, async () => {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, colorScheme: scheme, reducedMotion: "reduce" });
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const faults: string[] = [];
    const home = new URL(address).origin;
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") faults.push(message.text());
    });
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("request", (request) => {
      if (!request.url().startsWith(home)) faults.push(`asked for ${request.url()}`);
    });
    let shot = 0;
    const looked = async (name: string) => {
      shot += 1;
      await page.screenshot({ path: join(shots, `browser-${scheme}-${String(shot).padStart(2, "0")}-${name}.png`) });
      expect(await violations(page), `axe on ${name}`).toEqual([]);
    };
    const at = (id: string) => page.getByTestId(id).first();
    const typed = async (text: string) => {
      await at("path-input").fill(text);
      await at("path-confirm").click();
    };

    await page.goto(address);
    expect(page.url(), "the secret leaves the address").not.toContain("secret");
    await at("nav-evidence").waitFor();
    await page.evaluate(async () => {
      const secret = sessionStorage.getItem("behalf.secret") ?? "";
      await fetch("/api/close_case", { method: "POST", headers: { "content-type": "application/json", "x-behalf-secret": secret }, body: "{}" });
    });
    await page.reload();
    await at("start").waitFor();
    await looked("start");

    await at("new-case").click();
    await typed(join(folder, `march-${scheme}.behalf`));
    await at("nav-evidence").click();
    await at("import").click();
    await typed([join(fixtures, "exports"), join(fixtures, "switchboard.mapping.toml")].join("\n"));
    await at("import-report").waitFor();
    await expect.poll(() => page.getByTestId("export-row").count()).toBe(readdirSync(join(fixtures, "exports")).length);
    expect(await at("reconciliation").innerText()).not.toBe("");
    await looked("evidence");

    await at("nav-overview").click();
    await at("figure-attributed").waitFor();
    expect(await at("figure-attributed").innerText()).toMatch(/[1-9]/);
    await looked("overview");

    await at("figure-attributed").click();
    await at("calls-row").click();
    await at("chain").waitFor();
    expect(await at("sentence").innerText()).toContain("recorded initiator");
    expect(await at("raw-text").innerText()).toContain("{");
    await looked("call");

    await at("nav-findings").click();
    await at("findings-count").waitFor();
    if ((await page.getByTestId("finding-row").count()) > 0) {
      await at("finding-row").click();
      await at("finding-detail").waitFor();
      await at("finding-call").click();
      await at("raw-text").waitFor();
    }
    await looked("finding");

    await at("nav-timeline").click();
    await at("person-row").click();
    await at("timeline-grid-row").waitFor();
    await at("plot").waitFor();
    await looked("timeline");

    const report = join(folder, `report-${scheme}.html`);
    await at("export-report").click();
    await at("report-save").click();
    await typed(report);
    await at("report-written").waitFor();
    await looked("report");
    expect(readFileSync(report, "utf8")).toContain("<html");

    await context.close();
    expect(faults).toEqual([]);
  });
}

test("without the secret, by another name or from another page, nothing is answered", async () => {
  const { origin, hash } = new URL(address);
  const secret = new URLSearchParams(hash.slice(1)).get("secret") ?? "";
  const ask = (headers: Record<string, string>) => fetch(`${origin}/api/app_info`, { method: "POST", headers, body: "{}" });
  expect((await ask({ "x-behalf-secret": secret })).status).toBe(200);
  expect((await ask({})).status).toBe(403);
  expect((await ask({ "x-behalf-secret": `${secret.slice(1)}0` })).status).toBe(403);
  expect((await ask({ "x-behalf-secret": secret, origin: "http://elsewhere.example" })).status).toBe(403);
});
