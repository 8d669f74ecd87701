import { useMemo } from "react";
import type { Mark } from "../../bindings/Mark";
import { type Column, Grid } from "../../design/Grid";
import { GradeMark, PrincipalMark } from "../../design/marks";
import { When } from "../../design/When";
import { count } from "../../format/number";
import { inMemory } from "../../grid/source";
import { usePreferences } from "../../state/preferences";
import { strings } from "../../strings";

const markKey = (mark: Mark) => mark.id;
const names = strings.timeline.columns;

function columns(zone: string): Column<Mark>[] {
  return [
    { key: "time", text: (mark) => mark.time, label: `${names.time}, ${zone}`, width: "168px", cell: (mark) => <When at={mark.at} only="grid" /> },
    {
      key: "by",
      text: (mark) => (mark.own ? strings.timeline.ownWord : (mark.agent ?? "")),
      label: names.by,
      width: "minmax(132px, 1fr)",
      cell: (mark) => (mark.own ? <PrincipalMark kind="human" label={strings.timeline.ownWord} /> : <PrincipalMark kind={mark.agent === null ? "unknown" : "agent"} label={mark.agent ?? strings.timeline.unknownAgent} />),
    },
    { key: "grade", text: (mark) => mark.grade, label: names.grade, width: "44px", cell: (mark) => <GradeMark grade={mark.grade} /> },
    { key: "action", text: (mark) => mark.action, label: names.action, width: "minmax(110px, 1fr)", cell: (mark) => mark.action },
    { key: "resource", text: (mark) => mark.resource ?? "", label: names.resource, width: "minmax(140px, 1.6fr)", cell: (mark) => <span title={mark.resource ?? undefined}>{mark.resource ?? "–"}</span> },
    { key: "outcome", text: (mark) => mark.outcome, label: names.outcome, width: "72px", cell: (mark) => <span className={mark.outcome === "success" ? "second" : "bad"}>{strings.outcome[mark.outcome] ?? mark.outcome}</span> },
    { key: "target", text: (mark) => mark.target, label: names.target, width: "minmax(84px, .7fr)", cell: (mark) => <span className="second">{mark.target}</span> },
    { key: "run", text: (mark) => mark.run ?? "", label: names.run, width: "84px", cell: (mark) => <span className="mono quiet">{mark.run === null ? "–" : mark.run.slice(0, 8)}</span> },
    { key: "findings", text: (mark) => String(mark.findings), label: names.findings, width: "64px", end: true, cell: (mark) => (mark.findings === 0 ? <span className="quiet">0</span> : <span className="flagged">{count(mark.findings)}</span>) },
  ];
}

/** The calls in view, one a row: all that the drawing shows, in words. */
export function CallGrid({ marks, selected, open, label }: { marks: Mark[]; selected: string | undefined; open: (id: string) => void; label: string }) {
  const { zone } = usePreferences();
  const source = useMemo(() => inMemory(marks, markKey), [marks]);
  return (
    <div className="callgrid">
      <Grid
        label={label}
        source={source}
        columns={columns(strings.top.zone[zone])}
        rowKey={markKey}
        selected={selected}
        onOpen={(mark) => {
          open(mark.id);
        }}
        testid="timeline-grid"
      />
    </div>
  );
}
