import { useMemo } from "react";
import type { FindingRow } from "../../bindings/FindingRow";
import { SeverityMark } from "../../design/marks";
import { Empty } from "../../design/states";
import { When } from "../../design/When";
import { count } from "../../format/number";
import type { GridColumn } from "../../grid/DataGrid";
import { MemoryGrid } from "../../grid/MemoryGrid";
import type { Values } from "../../grid/memory";
import { useZone } from "../../state/preferences";
import { strings } from "../../strings";

const words = strings.findingsPage;
const SEVERITIES = ["info", "low", "medium", "high", "critical"];
const CONFIDENCES = ["undetermined", "possible", "probable", "confirmed"];
const findingKey = (row: FindingRow) => row.id;

const VALUES: Values<FindingRow> = {
  value: (row, column) => {
    switch (column) {
      case "severity":
        return row.severity;
      case "confidence":
        return row.confidence;
      case "family":
        return row.family;
      case "rule":
        return row.rule;
      case "title":
        return row.title;
      case "cause":
        return row.cause;
      case "first":
        return row.first ?? "";
      case "last":
        return row.last ?? "";
      default:
        return row.id;
    }
  },
  rank: (row, column) => {
    switch (column) {
      case "severity":
        return SEVERITIES.indexOf(row.severity);
      case "confidence":
        return CONFIDENCES.indexOf(row.confidence);
      case "calls":
        return row.calls;
      case "instances":
        return row.instances;
      default:
        return undefined;
    }
  },
  searched: (row) => [row.id, row.rule, row.title, row.cause].join(" "),
};

function columns(zone: string): GridColumn<FindingRow>[] {
  const names = words.columns;
  const family = (value: string) => strings.family[value] ?? value;
  const confidence = (value: string) => strings.confidence[value] ?? value;
  return [
    { key: "severity", label: words.facets.severity ?? "", width: "96px", sortable: true, facet: (value) => strings.severity[value] ?? value, text: (row) => row.severity, cell: (row) => <SeverityMark severity={row.severity} /> },
    { key: "rule", label: words.facets.rule ?? "", width: "68px", sortable: true, facet: (value) => value, text: (row) => row.rule, cell: (row) => <span className="mono">{row.rule}</span> },
    { key: "title", label: names.title, width: "minmax(180px, 1.4fr)", sortable: true, text: (row) => row.title, cell: (row) => row.title },
    { key: "cause", label: names.cause, width: "minmax(180px, 1.4fr)", sortable: true, facet: (value) => value, text: (row) => row.cause, cell: (row) => <span title={row.cause}>{row.cause}</span> },
    { key: "calls", label: words.callsOf, width: "68px", end: true, sortable: true, text: (row) => String(row.calls), cell: (row) => count(row.calls) },
    { key: "instances", label: words.instances, width: "88px", end: true, sortable: true, text: (row) => String(row.instances), cell: (row) => count(row.instances) },
    { key: "confidence", label: words.facets.confidence ?? "", width: "108px", sortable: true, facet: confidence, text: (row) => row.confidence, cell: (row) => <span className="second">{confidence(row.confidence)}</span> },
    { key: "family", label: words.facets.family ?? "", width: "minmax(130px, .8fr)", sortable: true, spare: true, facet: family, text: (row) => row.family, cell: (row) => family(row.family) },
    { key: "first", label: `${words.first}, ${zone}`, width: "164px", sortable: true, spare: true, text: (row) => row.first ?? "", cell: (row) => <When at={row.first} only="grid" /> },
    { key: "last", label: `${words.last}, ${zone}`, width: "164px", sortable: true, spare: true, text: (row) => row.last ?? "", cell: (row) => <When at={row.last} only="grid" /> },
    { key: "id", label: names.id, width: "minmax(120px, .8fr)", spare: true, text: (row) => row.id, cell: (row) => <span className="mono">{row.id}</span> },
  ];
}

/** The queue as a plain grid: to sort, to cut another way, to hand on as CSV. */
export function FindingTable({ rows, selected, onOpen }: { rows: FindingRow[]; selected: string | undefined; onOpen: (id: string) => void }) {
  const zone = useZone();
  const shown = useMemo(() => columns(strings.top.zone[zone]), [zone]);
  return (
    <MemoryGrid
      name="findings"
      label={words.list}
      rows={rows}
      columns={shown}
      rowKey={findingKey}
      values={VALUES}
      selected={selected}
      onOpen={(row) => {
        onOpen(row.id);
      }}
      testid="findings-grid"
      empty={
        <Empty title={words.none}>
          <p>{words.noneBody}</p>
        </Empty>
      }
    />
  );
}
