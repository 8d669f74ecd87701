import { Label, Radio, RadioGroup } from "react-aria-components";
import { REPORT_FORMS, type ReportForm } from "../state/report";
import { strings } from "../strings";

/** The forms of a report, one to choose. */
export function ReportForms({ form, choose, testid }: { form: ReportForm; choose: (word: string) => void; testid: string }) {
  return (
    <RadioGroup className="forms" value={form} onChange={choose}>
      <Label>{strings.report.form}</Label>
      {REPORT_FORMS.map((word) => (
        <Radio key={word} value={word} className="form" data-testid={`${testid}-${word}`}>
          <span className="dot" aria-hidden="true" />
          <span>
            <strong>{strings.report.forms[word][0]}</strong>
            <span className="quiet">{strings.report.forms[word][1]}</span>
          </span>
        </Radio>
      ))}
    </RadioGroup>
  );
}
