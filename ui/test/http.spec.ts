import { readFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname } from "node:path";
import { chromium } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { completeness, files, losses, overview, receipts } from "./stage/answers";

const built = new URL("../dist-screens/", import.meta.url).pathname;
const KINDS: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".woff2": "font/woff2" };
const SECRET = "s3cret";
const CASE = { path: "/cases/a.behalf", name: "a.behalf" };

let server: Server;
let home: string;
const asked: string[] = [];

/** A stand-in for `behalf serve`: the files of the window, and answers to those who know the secret. */
beforeAll(async () => {
  server = createServer((request, response) => {
    const path = new URL(request.url ?? "/", "http://x").pathname;
    if (!path.startsWith("/api/")) {
      const name = extname(path) === "" ? "index.html" : path.slice(1);
      response.writeHead(200, { "content-type": KINDS[extname(name)] ?? "application/octet-stream", "content-security-policy": "default-src 'self'" });
      response.end(readFileSync(built + name));
      return;
    }
    const command = path.slice(5);
    if (request.headers["x-behalf-secret"] !== SECRET) {
      response.writeHead(403, { "content-type": "application/json" });
      response.end(JSON.stringify({ code: "no_secret", message: "This page does not know the secret.", hint: "Open the address that behalf serve printed.", fault: "setting" }));
      return;
    }
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString()));
    request.on("end", () => {
      asked.push(`${command} ${body}`);
      if (command === "import_exports") {
        response.writeHead(200, { "content-type": "application/x-ndjson" });
        const progress = (done: number) => `${JSON.stringify({ progress: { stage: "read", file: "a.json", done_bytes: done, total_bytes: 100, records: done } })}\n`;
        const text = progress(10) + progress(60) + `${JSON.stringify({ result: { files: [], cancelled: false } })}\n`;
        // Cut in the middle of the second line, as a network may.
        const cut = progress(10).length + 20;
        response.write(text.slice(0, cut));
        setTimeout(() => response.end(text.slice(cut)), 400);
        return;
      }
      const answers: Record<string, unknown> = {
        app_info: { version: "0.1.0", recent: [], open: CASE },
        overview: overview(),
        files,
        completeness,
        receipts,
        losses,
        reconciliation: { files: 8, read: 1, kept: 1, duplicates: 0, rejected: 0, reconciles: true, sentence: "All accounted for" },
      };
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify(answers[command] ?? null));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  home = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}`;
});
afterAll(() => {
  server.close();
});

test("a plain browser asks over HTTP with the secret, streams progress, and keeps the secret out of the address", async () => {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"] });
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(8000);
    await page.goto(`${home}/evidence`);
    await page.getByText("This page does not know the secret.").waitFor();

    await page.goto(`${home}/evidence#secret=${SECRET}`);
    await page.reload();
    await page.getByTestId("export-row").first().waitFor();
    expect(page.url()).toBe(`${home}/evidence`);

    await page.getByTestId("import").click();
    await page.getByTestId("path-input").fill("/exports/a.json\n/exports/b.json");
    await page.getByTestId("path-confirm").click();
    await page.getByTestId("progress").getByText("a.json").waitFor();
    await page.getByTestId("import-report").waitFor();
    expect(asked).toContain('import_exports {"paths":["/exports/a.json","/exports/b.json"],"mappings":[]}');
  } finally {
    await browser.close();
  }
});
