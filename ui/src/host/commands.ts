import type { AppInfo } from "../bindings/AppInfo";
import type { AttributionRow } from "../bindings/AttributionRow";
import type { CaseInfo } from "../bindings/CaseInfo";
import type { Coverage } from "../bindings/Coverage";
import type { FileRow } from "../bindings/FileRow";
import type { FindingDetail } from "../bindings/FindingDetail";
import type { FindingList } from "../bindings/FindingList";
import type { ImportReport } from "../bindings/ImportReport";
import type { LossRow } from "../bindings/LossRow";
import type { Overview } from "../bindings/Overview";
import type { PersonRow } from "../bindings/PersonRow";
import type { RawRecord } from "../bindings/RawRecord";
import type { Reconciliation } from "../bindings/Reconciliation";
import type { ReportWritten } from "../bindings/ReportWritten";
import type { Timeline } from "../bindings/Timeline";
import type { Who } from "../bindings/Who";

type Nothing = Record<string, never>;

/** What `findings` may be narrowed by; an absent list narrows nothing. */
export type FindingFilter = {
  severity?: string[];
  rule?: string[];
  family?: string[];
  confidence?: string[];
  design_facts: boolean;
  text?: string;
};

/** Questions and acts that answer at once. Argument names are those of the engine, in snake case. */
export type Commands = {
  app_info: { args: Nothing; result: AppInfo };
  new_case: { args: { path: string }; result: CaseInfo };
  open_case: { args: { path: string }; result: CaseInfo };
  close_case: { args: Nothing; result: null };
  pick_exports: { args: { folder: boolean }; result: string[] };
  pick_case: { args: { save: boolean }; result: string | null };
  pick_save: { args: { name: string; extension: string }; result: string | null };
  cancel: { args: Nothing; result: null };
  overview: { args: Nothing; result: Overview };
  files: { args: Nothing; result: FileRow[] };
  reconciliation: { args: Nothing; result: Reconciliation };
  losses: { args: { file: string | null }; result: LossRow[] };
  findings: { args: FindingFilter; result: FindingList };
  finding: { args: { id: string }; result: FindingDetail };
  who: { args: { id: string }; result: Who };
  raw: { args: { id: string }; result: RawRecord };
  people: { args: { text: string | null }; result: PersonRow[] };
  timeline: { args: { key: string; from: number | null; to: number | null }; result: Timeline };
  calls: { args: { filter: string; limit: number }; result: AttributionRow[] };
  coverage: { args: Nothing; result: Coverage };
  write_report: { args: { to: string }; result: ReportWritten };
};

/** Acts that take long and say how far they are. */
export type LongCommands = {
  demo_case: { args: Nothing; result: CaseInfo };
  import_exports: { args: { paths: string[]; mappings: string[] }; result: ImportReport };
};

export type Command = keyof Commands;
export type LongCommand = keyof LongCommands;
