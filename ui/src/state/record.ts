import { useNavigate, useSearch } from "@tanstack/react-router";
import { useCallback } from "react";

/** The record in the drawer, which is part of every address. */
export function useRecord(): { record: string | undefined; openRecord: (id: string) => void; closeRecord: () => void } {
  const { record } = useSearch({ from: "__root__" });
  const navigate = useNavigate();
  const openRecord = useCallback(
    (id: string) => {
      void navigate({ to: ".", search: (now: object) => ({ ...now, record: id }) as never, replace: record !== undefined });
    },
    [navigate, record],
  );
  const closeRecord = useCallback(() => {
    void navigate({ to: ".", search: (now: object) => ({ ...now, record: undefined }) as never });
  }, [navigate]);
  return { record, openRecord, closeRecord };
}
