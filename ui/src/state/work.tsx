import { createContext, type ReactNode, useCallback, useContext, useMemo, useRef, useState } from "react";
import type { ImportReport } from "../bindings/ImportReport";
import type { Progress } from "../bindings/Progress";
import { host } from "../host";
import { useCase } from "./case";
import { forgetCase } from "./queries";
import { keepSamples, type Sample, secondsLeft } from "./remaining";

export type Work = { kind: "import" | "demo"; progress: Progress | null; secondsLeft: number | null; cancelling: boolean };

type WorkState = {
  /** What is under way, wherever in the window one looks. */
  work: Work | null;
  /** What the last import came to; null once dismissed. */
  report: ImportReport | null;
  error: unknown;
  importExports: (paths: string[]) => Promise<void>;
  demo: () => Promise<boolean>;
  cancel: () => void;
  dismiss: () => void;
};

const Context = createContext<WorkState | null>(null);

/** Long work outlives the screen that began it. */
export function WorkProvider({ children }: { children: ReactNode }) {
  const { entered } = useCase();
  const [work, setWork] = useState<Work | null>(null);
  const [report, setReport] = useState<ImportReport | null>(null);
  const [error, setError] = useState<unknown>(null);
  const samples = useRef<Sample[]>([]);

  const during = useCallback(async (kind: Work["kind"], act: (progress: (message: Progress) => void) => Promise<void>) => {
    samples.current = [];
    setError(null);
    setReport(null);
    setWork({ kind, progress: null, secondsLeft: null, cancelling: false });
    try {
      await act((progress) => {
        samples.current = keepSamples(samples.current, progress, performance.now());
        const left = progress.stage === "read" ? secondsLeft(samples.current, progress.total_bytes) : null;
        setWork((now) => (now === null ? null : { ...now, progress, secondsLeft: left }));
      });
      return true;
    } catch (thrown) {
      setError(thrown);
      return false;
    } finally {
      setWork(null);
    }
  }, []);

  const value = useMemo<WorkState>(
    () => ({
      work,
      report,
      error,
      importExports: async (paths) => {
        if (paths.length === 0) return;
        await during("import", async (progress) => {
          setReport(await host.run("import_exports", { paths, mappings: [] }, progress));
        });
        await forgetCase();
      },
      demo: () =>
        during("demo", async (progress) => {
          await entered(await host.run("demo_case", {}, progress));
        }),
      cancel: () => {
        setWork((now) => (now === null ? null : { ...now, cancelling: true }));
        host.ask("cancel", {}).catch(setError);
      },
      dismiss: () => {
        setReport(null);
        setError(null);
      },
    }),
    [work, report, error, during, entered],
  );
  return <Context value={value}>{children}</Context>;
}

export function useWork(): WorkState {
  const value = useContext(Context);
  if (value === null) throw new Error("useWork outside WorkProvider");
  return value;
}
