import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { Button } from "../../design/Button";
import { CopyButton } from "../../design/CopyButton";
import { Failure, Loading } from "../../design/states";
import { ReportForms } from "../../frame/ReportForms";
import { ask } from "../../state/queries";
import { useReport } from "../../state/report";
import { strings } from "../../strings";
import "./report.css";

const words = strings.reportPage;

type Standing = "good" | "care" | "bad";
type Item = { standing: Standing; text: string; to?: ReactNode };

/** What the report will hold, what stands against handing it over, and the export. */
export function Report() {
  const { form, choose, write, written } = useReport();
  const overview = useQuery(ask.overview());
  const sum = useQuery(ask.reconciliation());
  const receipts = useQuery(ask.receipts());
  const scope = useQuery(ask.scope());
  const findings = useQuery(ask.findings({ design_facts: true }));
  const whole = useQuery(ask.completeness());
  const all = [overview, sum, receipts, scope, findings, whole];
  const failed = all.find((each) => each.isError);
  const loading = all.some((each) => each.isPending);
  const rows = findings.data?.rows ?? [];
  const unsigned = rows.filter((row) => row.potential_critical).length;
  const without = (receipts.data ?? []).filter((row) => row.receipt === null).length;
  const differ = (receipts.data ?? []).filter((row) => row.standing === "differs").length;
  const evidence = (
    <Link to="/evidence" className="plain">
      {strings.nav.evidence}
    </Link>
  );
  const items: Item[] = [
    sum.data?.reconciles === false ? { standing: "bad", text: sum.data.sentence, to: evidence } : { standing: "good", text: sum.data?.sentence ?? "" },
    differ > 0 ? { standing: "bad", text: words.differ(differ), to: evidence } : without > 0 ? { standing: "care", text: words.without(without), to: evidence } : { standing: "good", text: words.receipted },
    ...(whole.data?.holes.length ?? 0) > 0 ? [{ standing: "care" as const, text: words.holes(whole.data?.holes.length ?? 0), to: evidence }] : [],
    scope.data?.declared === true ? { standing: "good", text: words.scoped } : { standing: "care", text: words.unscoped },
    ...(unsigned > 0
      ? [
          {
            standing: "care" as const,
            text: words.unsigned(unsigned),
            to: (
              <Link to="/findings" search={{ severity: ["high"] }} className="plain">
                {strings.nav.findings}
              </Link>
            ),
          },
        ]
      : []),
    ...(overview.data?.cautions ?? []).map((text) => ({ standing: "care" as const, text })),
  ];
  const sections: [string, string][] = [
    [words.sections.scope, scope.data?.sentences[0] ?? ""],
    [words.sections.evidence, strings.files(sum.data?.files ?? 0)],
    [words.sections.coverage, strings.calls(overview.data?.coverage.calls ?? 0)],
    [words.sections.findings, strings.findings(rows.filter((row) => !row.design_fact && row.accepted === undefined).length)],
    [words.sections.accepted, strings.findings(rows.filter((row) => row.accepted !== undefined).length)],
    [words.sections.facts, words.factsOf(rows.filter((row) => row.design_fact).length)],
    [words.sections.method, words.methodHelp],
  ];
  return (
    <>
      <header>
        <h1>{words.title}</h1>
        <p className="second">{strings.report.intro}</p>
      </header>
      {loading && failed === undefined ? <Loading what={words.loading} rows={8} /> : null}
      {failed === undefined ? null : <Failure error={failed.error} retry={() => void failed.refetch()} />}
      {loading || failed !== undefined ? null : (
        <div className="reportpage">
          <section aria-labelledby="preflight">
            <h2 id="preflight">{strings.report.preflight}</h2>
            <ul className="flightlist" data-testid="preflight">
              {items.map((item) => (
                <li key={item.text} className={item.standing}>
                  <Standing standing={item.standing} />
                  <span>{item.text}</span>
                  {item.to}
                </li>
              ))}
            </ul>
          </section>
          <section aria-labelledby="sections">
            <h2 id="sections">{words.contents}</h2>
            <ol className="sectionlist">
              {sections.map(([name, what]) => (
                <li key={name}>
                  <span>{name}</span>
                  <span className="second figures">{what}</span>
                </li>
              ))}
            </ol>
            <p className="quiet">{words.people}</p>
          </section>
          <section aria-labelledby="export" className="reportexport">
            <h2 id="export">{words.export}</h2>
            <ReportForms form={form} choose={choose} testid="page" />
            {write.isError ? <Failure error={write.error} dismiss={write.reset} /> : null}
            {written === null ? null : (
              <p className="written" role="status" data-testid="page-written">
                {strings.report.written} <span className="mono">{written.path}</span> <CopyButton text={written.path} label={strings.report.copyPath} />
              </p>
            )}
            <Button
              look="first"
              testid="page-save"
              isPending={write.isPending}
              onPress={() => {
                write.mutate();
              }}
            >
              {write.isPending ? strings.report.writing : strings.report.save}
            </Button>
          </section>
        </div>
      )}
    </>
  );
}

function Standing({ standing }: { standing: Standing }) {
  return (
    <>
      <svg width="14" height="14" viewBox="0 0 14 14" fill="none" stroke="currentColor" strokeWidth="1.6" aria-hidden="true">
        {standing === "good" ? <path d="m2.5 7.5 3 3 6-7" /> : standing === "bad" ? <path d="m3 3 8 8m0-8-8 8" /> : <path d="M7 1.8 12.8 12.200H1.200zM7 5.800v3M7 10v1" strokeWidth="1.3" />}
      </svg>
      <span className="hidden-but-read">{words.standing[standing]}</span>
    </>
  );
}

