import type { Progress } from "../bindings/Progress";
import { strings } from "../strings";
import { type Host, HostError, toHostError } from "./host";
import { lines } from "./ndjson";

const KEPT = "behalf.secret";

/** The one-time secret of the address's fragment, kept for reloads of this tab and taken out of the address. */
function takeSecret(): string {
  const given = new URLSearchParams(window.location.hash.slice(1)).get("secret");
  if (given !== null) {
    sessionStorage.setItem(KEPT, given);
    window.history.replaceState(null, "", window.location.pathname + window.location.search);
    return given;
  }
  return sessionStorage.getItem(KEPT) ?? "";
}

/** One line of a long command's answer. */
type Line = { progress: Progress } | { result: unknown } | { error: unknown };

/** The engine behind `behalf serve`, on this machine's loopback. */
export function httpHost(): Host {
  const secret = takeSecret();

  async function post(command: string, args: unknown): Promise<Response> {
    try {
      const response = await fetch(`/api/${command}`, {
        method: "POST",
        headers: { "content-type": "application/json", "x-behalf-secret": secret },
        body: JSON.stringify(args),
      });
      if (!response.ok) throw await response.json();
      return response;
    } catch (thrown) {
      throw toHostError(thrown, strings.host.serverHint);
    }
  }

  return {
    pickers: "typed",
    async ask(command, args) {
      const response = await post(command, args);
      return response.json();
    },
    async run(command, args, progress) {
      const response = await post(command, args);
      for await (const text of lines(response.body)) {
        const line = JSON.parse(text) as Line;
        if ("progress" in line) progress(line.progress);
        else if ("error" in line) throw toHostError(line.error, strings.host.serverHint);
        else return line.result as never;
      }
      throw new HostError({ code: "answer_cut_off", message: strings.host.cutOff, hint: strings.host.serverHint, fault: "ours" });
    },
    // A browser does not tell where a dropped file lies, so nothing can be imported from a drop here.
    onDrop: () => () => undefined,
  };
}
