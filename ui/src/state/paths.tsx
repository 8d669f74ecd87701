import { createContext, type ReactNode, useContext, useMemo, useState } from "react";
import { PathDialog } from "../frame/PathDialog";
import { host } from "../host";

export type PathQuestion = "open_case" | "new_case" | "exports" | "save";
type Pending = { kind: PathQuestion; suggestion: string; answer: (text: string | null) => void };

export type Paths = {
  openCase: () => Promise<string | null>;
  newCase: () => Promise<string | null>;
  exports: (folder: boolean) => Promise<string[]>;
  save: (name: string, extension: string) => Promise<string | null>;
};

const Context = createContext<Paths | null>(null);

/** Asks where something lies or shall lie: by the host's own dialog, or where it has none, by a field. */
export function PathsProvider({ children }: { children: ReactNode }) {
  const [pending, setPending] = useState<Pending | null>(null);

  const paths = useMemo<Paths>(() => {
    const typed = (kind: PathQuestion, suggestion = "") =>
      new Promise<string | null>((resolve) => {
        setPending({
          kind,
          suggestion,
          answer: (text) => {
            setPending(null);
            resolve(text);
          },
        });
      });
    if (host.pickers === "native") {
      return {
        openCase: () => host.ask("pick_case", { save: false }),
        newCase: () => host.ask("pick_case", { save: true }),
        exports: (folder) => host.ask("pick_exports", { folder }),
        save: (name, extension) => host.ask("pick_save", { name, extension }),
      };
    }
    return {
      openCase: () => typed("open_case"),
      newCase: () => typed("new_case"),
      exports: async () => {
        const text = await typed("exports");
        return (text ?? "").split("\n").map((line) => line.trim()).filter((line) => line !== "");
      },
      save: (name, extension) => typed("save", `${name}.${extension}`),
    };
  }, []);

  return (
    <Context value={paths}>
      {children}
      {pending === null ? null : <PathDialog kind={pending.kind} suggestion={pending.suggestion} answer={pending.answer} />}
    </Context>
  );
}

export function usePaths(): Paths {
  const value = useContext(Context);
  if (value === null) throw new Error("usePaths outside PathsProvider");
  return value;
}
