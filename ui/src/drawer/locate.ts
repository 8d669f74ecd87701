/** Where in a record's own text the value of a JSON pointer stands; null where the text or the pointer leads nowhere. */
export function locate(text: string, pointer: string): [number, number] | null {
  const path = pointer.split("/").slice(1).map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
  let at = 0;
  const blank = () => {
    while (at < text.length && " \t\r\n".includes(text.charAt(at))) at += 1;
  };
  const word = (): string | null => {
    const begin = at;
    at += 1;
    while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
    at += 1;
    try {
      return JSON.parse(text.slice(begin, at)) as string;
    } catch {
      return null;
    }
  };
  /** Passes over one value; with `steps` it stops inside, at the value they lead to. */
  const value = (steps: string[] | null): [number, number] | null => {
    blank();
    const begin = at;
    const opener = text[at];
    if (opener === '"') word();
    else if (opener === "{" || opener === "[") {
      const closer = opener === "{" ? "}" : "]";
      at += 1;
      for (let index = 0; at < text.length; index += 1) {
        blank();
        if (text[at] === closer) break;
        let name: string | null = String(index);
        if (opener === "{") {
          if (text[at] !== '"') return null;
          name = word();
          blank();
          if (text[at] !== ":") return null;
          at += 1;
        }
        const inside = steps !== null && steps.length > 0 && steps[0] === name;
        const found = value(inside ? steps.slice(1) : null);
        if (inside) return found;
        blank();
        if (text[at] === ",") at += 1;
        else if (text[at] !== closer) return null;
      }
      at += 1;
    } else {
      while (at < text.length && !',}] \t\r\n'.includes(text.charAt(at))) at += 1;
      if (at === begin) return null;
    }
    return steps?.length === 0 ? [begin, at] : null;
  };
  return value(path);
}

/** The same JSON with line breaks and indents put between its tokens: no token is changed. Other text comes back as it is. */
export function indented(text: string): string {
  try {
    JSON.parse(text);
  } catch {
    return text;
  }
  let out = "";
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  for (let at = 0; at < text.length; at += 1) {
    const char = text.charAt(at);
    if (char === '"') {
      const begin = at;
      at += 1;
      while (text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
      out += text.slice(begin, at + 1);
    } else if (" \t\r\n".includes(char)) continue;
    else if (char === "{" || char === "[") {
      const rest = text.slice(at + 1).trimStart();
      if (rest.startsWith(char === "{" ? "}" : "]")) {
        out += char === "{" ? "{}" : "[]";
        at = text.indexOf(char === "{" ? "}" : "]", at);
      } else {
        depth += 1;
        out += char + line();
      }
    } else if (char === "}" || char === "]") {
      depth -= 1;
      out += line() + char;
    } else if (char === ",") out += char + line();
    else out += char === ":" ? ": " : char;
  }
  return out;
}

export type Piece = { text: string; marked: boolean };

/** The text cut into plain and marked pieces, by the values of the deciding fields. */
export function marked(text: string, pointers: string[]): Piece[] {
  const spans = pointers
    .map((pointer) => locate(text, pointer))
    .filter((span) => span !== null)
    .sort((a, b) => a[0] - b[0]);
  const pieces: Piece[] = [];
  let at = 0;
  for (const [from, to] of spans) {
    if (from < at) continue;
    if (from > at) pieces.push({ text: text.slice(at, from), marked: false });
    pieces.push({ text: text.slice(from, to), marked: true });
    at = to;
  }
  if (at < text.length) pieces.push({ text: text.slice(at), marked: false });
  return pieces;
}
