import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { host } from "../host";
import { useCase } from "./case";
import { usePaths } from "./paths";

/** The endings a report may have, as the engine names them: the one to read first. */
export const REPORT_FORMS = ["html", "pdf", "xlsx", "csv", "json", "oscal.json", "ocsf.ndjson", "issues.csv"] as const;
export type ReportForm = (typeof REPORT_FORMS)[number];

/** A report being chosen and written; what was written before is forgotten when another form is chosen. */
export function useReport() {
  const { info } = useCase();
  const paths = usePaths();
  const [form, setForm] = useState<ReportForm>("html");
  const write = useMutation({
    mutationFn: async () => {
      const to = await paths.save(`${info?.name.replace(/\.behalf$/, "") ?? "case"}-report`, form);
      return to === null ? null : host.ask("write_report", { to });
    },
  });
  const choose = (word: string) => {
    setForm(REPORT_FORMS.find((known) => known === word) ?? "html");
    write.reset();
  };
  return { form, choose, write, written: write.data ?? null };
}
