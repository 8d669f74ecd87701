import { httpHost } from "./http";
import type { Host } from "./host";
import { tauriHost } from "./tauri";

export type { Command, Commands, FindingFilter, LongCommand, LongCommands } from "./commands";
export { type DropEvents, type Host, HostError, toHostError } from "./host";

declare global {
  interface Window {
    __BEHALF_TEST_HOST__?: Host;
  }
}

function choose(): Host {
  // A seam for the screen tests. The condition is a constant of the build, so that the shipped window holds none of it.
  if (import.meta.env.MODE === "screens" && window.__BEHALF_TEST_HOST__) return window.__BEHALF_TEST_HOST__;
  return "__TAURI_INTERNALS__" in window ? tauriHost() : httpHost();
}

export const host: Host = choose();
