/** What an address may say of each screen. Lists are joined by commas, so that a cited address can be read. */
export type RootSearch = { record?: string };
export type FindingsSearch = {
  severity?: string[];
  rule?: string[];
  family?: string[];
  confidence?: string[];
  facts?: true;
  text?: string;
  group?: "family" | "table";
  finding?: string;
} & GridAddress;
export type TimelineSearch = { person?: string; from?: number; to?: number; closed?: string[] };
export type CallsSearch = GridAddress & { filter?: string; from?: number; to?: number };
/** What every grid's address may say: filters, text, sort, and the plain table with its page. */
export type GridAddress = { in?: string; text?: string; sort?: string; table?: true; page?: number };
export type PeopleSearch = GridAddress & { account?: string };
export type AgentsSearch = GridAddress & { agent?: string };
export type PatternsSearch = { cell?: string; gap?: true };
export type AuthorizationSearch = { ask?: "who"; user?: string; action?: string; resource?: string; at?: string; with?: string };
export type RunsSearch = GridAddress & { run?: string };
export type RecordSearch = GridAddress & { resource?: string; view?: "subject" | "disclosure" };
export type MappingSearch = { path?: string };
export type EvidenceSearch = { file?: string };

type Raw = Record<string, unknown>;

function text(raw: Raw, key: string): string | undefined {
  const value = raw[key];
  return typeof value === "string" && value !== "" ? value : undefined;
}

function list(raw: Raw, key: string): string[] | undefined {
  const value = raw[key];
  const items = Array.isArray(value) ? value.filter((v) => typeof v === "string") : typeof value === "string" ? value.split(",") : [];
  const filled = items.filter((item) => item !== "");
  return filled.length === 0 ? undefined : filled;
}

function whole(raw: Raw, key: string): number | undefined {
  const value = raw[key];
  const number = typeof value === "number" ? value : typeof value === "string" ? Number(value) : Number.NaN;
  return Number.isFinite(number) ? Math.round(number) : undefined;
}

/** The object without its absent fields. */
function present<T extends object>(fields: { [K in keyof T]: T[K] | undefined }): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

export const readRoot = (raw: Raw): RootSearch => present<RootSearch>({ record: text(raw, "record") });

const on = (raw: Raw, key: string): true | undefined => (raw[key] === "1" || raw[key] === true ? true : undefined);

export const readFindings = (raw: Raw): FindingsSearch =>
  present<FindingsSearch>({
    severity: list(raw, "severity"),
    rule: list(raw, "rule"),
    family: list(raw, "family"),
    confidence: list(raw, "confidence"),
    facts: raw.facts === "1" || raw.facts === true ? true : undefined,
    text: text(raw, "text"),
    in: text(raw, "in"),
    sort: text(raw, "sort"),
    table: on(raw, "table"),
    page: whole(raw, "page"),
    group: raw.group === "family" || raw.group === "table" ? raw.group : undefined,
    finding: text(raw, "finding"),
  });

/** A window of time that is empty or runs backwards is no window. */
export function readTimeline(raw: Raw): TimelineSearch {
  const from = whole(raw, "from");
  const to = whole(raw, "to");
  const sound = from !== undefined && to !== undefined && to > from;
  return present<TimelineSearch>({
    person: text(raw, "person"),
    from: sound ? from : undefined,
    to: sound ? to : undefined,
    closed: list(raw, "closed"),
  });
}

const grid = (raw: Raw) => ({ in: text(raw, "in"), text: text(raw, "text"), sort: text(raw, "sort"), table: on(raw, "table"), page: whole(raw, "page") });

/** A period that is empty or runs backwards is none. */
export function readCalls(raw: Raw): CallsSearch {
  const [from, to] = [whole(raw, "from"), whole(raw, "to")];
  const sound = from !== undefined && to !== undefined && to > from;
  return present<CallsSearch>({ ...grid(raw), filter: text(raw, "filter"), from: sound ? from : undefined, to: sound ? to : undefined });
}

export const readPeople = (raw: Raw): PeopleSearch => present<PeopleSearch>({ ...grid(raw), account: text(raw, "account") });
export const readAgents = (raw: Raw): AgentsSearch => present<AgentsSearch>({ ...grid(raw), agent: text(raw, "agent") });
export const readPatterns = (raw: Raw): PatternsSearch => present<PatternsSearch>({ cell: text(raw, "cell"), gap: on(raw, "gap") });
export const readAuthorization = (raw: Raw): AuthorizationSearch =>
  present<AuthorizationSearch>({
    ask: raw.ask === "who" ? "who" : undefined,
    user: text(raw, "user"),
    action: text(raw, "action"),
    resource: text(raw, "resource"),
    at: text(raw, "at"),
    with: text(raw, "with"),
  });
export const readRuns = (raw: Raw): RunsSearch => present<RunsSearch>({ ...grid(raw), run: text(raw, "run") });
export const readRecord = (raw: Raw): RecordSearch =>
  present<RecordSearch>({ ...grid(raw), resource: text(raw, "resource"), view: raw.view === "subject" || raw.view === "disclosure" ? raw.view : undefined });
export const readLosses = (raw: Raw): GridAddress => present<GridAddress>(grid(raw));
export const readMapping = (raw: Raw): MappingSearch => present<MappingSearch>({ path: text(raw, "path") });

export const readEvidence = (raw: Raw): EvidenceSearch => present<EvidenceSearch>({ file: text(raw, "file") });

/** "?a=1&b=2" -> its words; every value stays text, so that an id of digits keeps its form. */
export function parseSearch(search: string): Record<string, string> {
  return Object.fromEntries(new URLSearchParams(search));
}

export function stringifySearch(search: Raw): string {
  const words = new URLSearchParams();
  for (const [key, value] of Object.entries(search)) {
    if (value === undefined || value === null || value === false) continue;
    if (Array.isArray(value)) words.set(key, value.join(","));
    else if (value === true) words.set(key, "1");
    else if (typeof value === "string" || typeof value === "number") words.set(key, String(value));
  }
  // Commas and colons are legal in a query and read better as they are.
  const query = words.toString().replaceAll("%2C", ",").replaceAll("%3A", ":").replaceAll("%2F", "/").replaceAll("%40", "@");
  return query === "" ? "" : `?${query}`;
}

/** A list with the value taken out where it stands in it, else put in; undefined where nothing is left. */
export function toggled(values: string[] | undefined, value: string): string[] | undefined {
  const next = values?.includes(value) ? values.filter((v) => v !== value) : [...(values ?? []), value];
  return next.length === 0 ? undefined : next;
}
