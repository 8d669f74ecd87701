/** Fields of an event that a mapping may name, in the order in which a reviewer thinks of them. */
export const FIELDS = [
  "time",
  "id",
  "service",
  "action",
  "resource",
  "resource_type",
  "outcome",
  "wire",
  "wire_kind",
  "agent",
  "human",
  "run",
  "parent_run",
  "conversation",
  "trace",
  "span",
  "parent_span",
  "tool_call",
  "session",
  "token",
  "credential",
  "audience",
  "scope",
  "decision",
  "evaluated",
  "policy",
  "source_ip",
  "user_agent",
  "host",
] as const;

const SECTION = /^\s*\[/;
const line = (field: string) => new RegExp(`^\\s*${field}\\s*=`);

function fieldsOf(lines: string[]): [number, number] | null {
  const start = lines.findIndex((text) => /^\s*\[fields\]/.test(text));
  if (start === -1) return null;
  const after = lines.findIndex((text, at) => at > start && SECTION.test(text));
  return [start + 1, after === -1 ? lines.length : after];
}

/** Which field reads a pointer, as far as that is written plainly: `field = "/pointer"` or `{ from = "/pointer" ... }`. */
export function fieldAt(toml: string, pointer: string): string | null {
  const lines = toml.split("\n");
  const fields = fieldsOf(lines);
  if (fields === null) return null;
  for (const text of lines.slice(...fields)) {
    const found = /^\s*([a-z_]+)\s*=\s*(?:\{\s*from\s*=\s*)?"((?:[^"\\]|\\.)*)"/.exec(text);
    if (found?.[2] === pointer) return found[1] ?? null;
  }
  return null;
}

/** The mapping with one field read from a pointer, or from none; whatever else is written stays as it is. */
export function withField(toml: string, field: string, pointer: string | null): string {
  const lines = toml.split("\n");
  const fields = fieldsOf(lines);
  const written = pointer === null ? null : `${field} = ${JSON.stringify(pointer)}`;
  if (fields === null) return written === null ? toml : `${toml.trimEnd()}\n\n[fields]\n${written}\n`;
  const [start, end] = fields;
  const at = lines.findIndex((text, n) => n >= start && n < end && line(field).test(text));
  if (at !== -1) lines.splice(at, 1, ...(written === null ? [] : [written]));
  else if (written !== null) lines.splice(start, 0, written);
  return lines.join("\n");
}
