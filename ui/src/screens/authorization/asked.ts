/** Context values as they are typed: "amount=400; region=eu". A part without a name or a sign is none. */
export function readWith(text: string): [string, string][] {
  return text
    .split(/[;\n]/)
    .map((part): [string, string] => {
      const at = part.indexOf("=");
      return at < 1 ? ["", ""] : [part.slice(0, at).trim(), part.slice(at + 1).trim()];
    })
    .filter(([name, value]) => name !== "" && value !== "");
}

/** A time as a reviewer types it, as RFC 3339 in UTC; null where it is none. A day alone is its begin; without a zone it is UTC. */
export function readMoment(text: string): string | null {
  const trimmed = text.trim().replace(" UTC", "Z");
  if (trimmed === "") return null;
  const whole = /^\d{4}-\d\d-\d\d$/.test(trimmed) ? `${trimmed}T00:00:00Z` : trimmed.replace(" ", "T");
  const zoned = /(Z|[+-]\d\d:\d\d)$/.test(whole) ? whole : `${whole}Z`;
  const ms = Date.parse(zoned);
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

export type Verdict = "both" | "agent_only" | "person_only" | "neither" | "unanswerable" | "person_yes" | "person_no";

/** One of four verdicts where both rights are answered; else what can be said of the person alone. */
export function verdict(person: string, agent: string | null): Verdict {
  if (person === "unanswerable") return "unanswerable";
  if (agent === "yes") return person === "yes" ? "both" : "agent_only";
  if (agent === "no") return person === "yes" ? "person_only" : "neither";
  return person === "yes" ? "person_yes" : "person_no";
}

/** A reason cut where it names a record, so that the id can be a link. */
export function cutAtRecord(reason: string): { before: string; id: string | null; after: string } {
  const found = /^(.*\brecord )(\S*[^\s):,;])(.*)$/.exec(reason);
  return found === null ? { before: reason, id: null, after: "" } : { before: found[1] ?? "", id: found[2] ?? "", after: found[3] ?? "" };
}
