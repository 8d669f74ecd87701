import { useQuery } from "@tanstack/react-query";
import { Button } from "../design/Button";
import { CopyButton } from "../design/CopyButton";
import { Dialog } from "../design/Dialog";
import { Failure } from "../design/states";
import { ask } from "../state/queries";
import { useReport } from "../state/report";
import { strings } from "../strings";
import { ReportForms } from "./ReportForms";

/** The report: its form, what stands against handing it over, and its place. */
export function ReportDialog({ onClose }: { onClose: () => void }) {
  const { form, choose, write, written } = useReport();
  const { data } = useQuery(ask.overview());
  return (
    <Dialog title={strings.report.title} open onClose={onClose}>
      <p className="second">{strings.report.intro}</p>
      <ReportForms form={form} choose={choose} testid="report" />
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
