import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Label, Radio, RadioGroup } from "react-aria-components";
import { Button } from "../design/Button";
import { CopyButton } from "../design/CopyButton";
import { Dialog } from "../design/Dialog";
import { Failure } from "../design/states";
import { host } from "../host";
import { useCase } from "../state/case";
import { usePaths } from "../state/paths";
import { ask } from "../state/queries";
import { strings } from "../strings";

type Form = "html" | "csv" | "json";
const FORMS: Form[] = ["html", "csv", "json"];

/** The report: its form, what stands against handing it over, and its place. */
export function ReportDialog({ onClose }: { onClose: () => void }) {
  const { info } = useCase();
  const paths = usePaths();
  const [form, setForm] = useState<Form>("html");
  const { data } = useQuery(ask.overview());
  const write = useMutation({
    mutationFn: async () => {
      const to = await paths.save(`${info?.name.replace(/\.behalf$/, "") ?? "case"}-report`, form);
      return to === null ? null : host.ask("write_report", { to });
    },
  });
  const written = write.data ?? null;
  return (
    <Dialog title={strings.report.title} open onClose={onClose}>
      <p className="second">{strings.report.intro}</p>
      <RadioGroup
        className="forms"
        value={form}
        onChange={(value) => {
          setForm(FORMS.find((known) => known === value) ?? "html");
          write.reset();
        }}
      >
        <Label>{strings.report.form}</Label>
        {FORMS.map((word) => (
          <Radio key={word} value={word} className="form" data-testid={`report-${word}`}>
            <span className="dot" aria-hidden="true" />
            <span>
              <strong>{strings.report.forms[word]?.[0]}</strong>
              <span className="quiet">{strings.report.forms[word]?.[1]}</span>
            </span>
          </Radio>
        ))}
      </RadioGroup>
      {data !== undefined && data.cautions.length > 0 ? (
        <section className="preflight">
          <h3>{strings.report.preflight}</h3>
          <ul>
            {data.cautions.map((caution) => (
              <li key={caution}>{caution}</li>
            ))}
          </ul>
        </section>
      ) : null}
      {write.isError ? <Failure error={write.error} /> : null}
      {written === null ? null : (
        <p className="written" role="status" data-testid="report-written">
          {strings.report.written} <span className="mono">{written.path}</span>
        </p>
      )}
      <div className="dialog-actions">
        {written === null ? null : <CopyButton text={written.path} label={strings.report.copyPath} />}
        <Button onPress={onClose}>{written === null ? strings.dialog.cancel : strings.report.done}</Button>
        {written === null ? (
          <Button
            look="first"
            testid="report-save"
            isPending={write.isPending}
            onPress={() => {
              write.mutate();
            }}
          >
            {write.isPending ? strings.report.writing : strings.report.save}
          </Button>
        ) : null}
      </div>
    </Dialog>
  );
}
