import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { type Browser, chromium } from "playwright-core";

export const root = new URL("../../", import.meta.url).pathname;
export const behalf = process.env.BEHALF ?? join(root, "target/debug/behalf");
export const fixtures = join(root, "fixtures/fernhill");

/** `behalf serve` on a case, its own settings below `folder`: the address that it says, with its secret. */
export async function serve(path: string, folder: string): Promise<{ server: ChildProcess; address: string }> {
  const server = spawn(behalf, ["serve", "--case", path], {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, XDG_CONFIG_HOME: join(folder, "config"), XDG_DATA_HOME: join(folder, "data") },
  });
  const address = await new Promise<string>((resolve, reject) => {
    server.once("exit", (code) => {
      reject(new Error(`behalf serve ended with ${String(code)}`));
    });
    createInterface(server.stdout).on("line", (line) => {
      const found = /http:\S+/.exec(line);
      if (found !== null) resolve(found[0]);
    });
  });
  return { server, address };
}

/** The system's Chromium, without what it would fetch by itself. */
export function browse(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
}
