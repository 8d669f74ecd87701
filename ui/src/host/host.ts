import type { EdgeError } from "../bindings/EdgeError";
import type { Progress } from "../bindings/Progress";
import type { Command, Commands, LongCommand, LongCommands } from "./commands";

/** What a file drop over the window can report. */
export type DropEvents = {
  over: () => void;
  leave: () => void;
  drop: (paths: string[]) => void;
};

/** The engine, wherever it runs. */
export interface Host {
  /** `native`: the host shows file dialogs. `typed`: the reviewer types a path of the machine the engine runs on. */
  readonly pickers: "native" | "typed";
  ask<C extends Command>(command: C, args: Commands[C]["args"]): Promise<Commands[C]["result"]>;
  run<C extends LongCommand>(
    command: C,
    args: LongCommands[C]["args"],
    progress: (message: Progress) => void,
  ): Promise<LongCommands[C]["result"]>;
  /** Listens for files dropped anywhere on the window; the result ends it. */
  onDrop(events: DropEvents): () => void;
}

/** An `EdgeError` that can be thrown. */
export class HostError extends Error {
  readonly edge: EdgeError;

  constructor(edge: EdgeError) {
    super(edge.message);
    this.name = "HostError";
    this.edge = edge;
  }
}

function isEdgeError(value: unknown): value is EdgeError {
  return typeof value === "object" && value !== null && "code" in value && "message" in value;
}

/** Whatever a transport threw, in the one form that screens show. */
export function toHostError(thrown: unknown, hint: string): HostError {
  if (thrown instanceof HostError) return thrown;
  if (isEdgeError(thrown)) return new HostError(thrown);
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new HostError({ code: "host_unreachable", message, hint, fault: "ours" });
}
