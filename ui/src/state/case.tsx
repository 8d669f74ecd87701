import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, useCallback, useContext, useMemo, useState } from "react";
import type { AppInfo } from "../bindings/AppInfo";
import type { CaseInfo } from "../bindings/CaseInfo";
import { host } from "../host";
import { ask, forgetCase, queryClient } from "./queries";

type CaseState = {
  app: AppInfo | undefined;
  appError: unknown;
  /** The case that is open; null on the start screen. */
  info: CaseInfo | null;
  open: (path: string) => Promise<void>;
  create: (path: string) => Promise<void>;
  close: () => Promise<void>;
  /** Another act of the host opened this one. */
  entered: (info: CaseInfo) => Promise<void>;
};

const Context = createContext<CaseState | null>(null);

export function CaseProvider({ children }: { children: ReactNode }) {
  const { data: app, error: appError } = useQuery(ask.app());
  const [here, setHere] = useState<CaseInfo | null | undefined>(undefined);
  const info = here === undefined ? (app?.open ?? null) : here;

  const entered = useCallback(async (next: CaseInfo | null) => {
    setHere(next);
    await forgetCase();
    await queryClient.invalidateQueries({ queryKey: ask.app().queryKey });
  }, []);

  const value = useMemo<CaseState>(
    () => ({
      app,
      appError,
      info,
      entered,
      open: async (path) => entered(await host.ask("open_case", { path })),
      create: async (path) => entered(await host.ask("new_case", { path })),
      close: async () => {
        try {
          await host.ask("close_case", {});
        } finally {
          await entered(null);
        }
      },
    }),
    [app, appError, info, entered],
  );
  return <Context value={value}>{children}</Context>;
}

export function useCase(): CaseState {
  const value = useContext(Context);
  if (value === null) throw new Error("useCase outside CaseProvider");
  return value;
}
