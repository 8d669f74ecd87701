import { Channel, invoke } from "@tauri-apps/api/core";
import { getCurrentWebview } from "@tauri-apps/api/webview";
import type { Progress } from "../bindings/Progress";
import { strings } from "../strings";
import { type Host, toHostError } from "./host";

async function send<T>(command: string, args: Record<string, unknown>): Promise<T> {
  try {
    return await invoke<T>(command, args);
  } catch (thrown) {
    throw toHostError(thrown, strings.host.windowHint);
  }
}

/** The engine in this very process, behind the desktop window. */
export function tauriHost(): Host {
  return {
    pickers: "native",
    ask: (command, args) => send(command, args),
    run(command, args, progress) {
      const channel = new Channel<Progress>();
      channel.onmessage = progress;
      return send(command, { ...args, progress: channel });
    },
    onDrop(events) {
      const listening = getCurrentWebview().onDragDropEvent(({ payload }) => {
        if (payload.type === "enter" || payload.type === "over") events.over();
        else if (payload.type === "leave") events.leave();
        else events.drop(payload.paths);
      });
      return () => {
        void listening.then((stop) => {
          stop();
        });
      };
    },
  };
}
