/** Where a reviewer was, so that a screen and a case come back as they were left. */
const KEPT = "behalf.place:";

type Places = { last: string; screens: Record<string, string> };

function read(casePath: string): Places {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT + casePath) ?? "") as Partial<Places>;
    return { last: kept.last ?? "/", screens: kept.screens ?? {} };
  } catch {
    return { last: "/", screens: {} };
  }
}

/** Notes the address of a screen: its path, and its search with the leading question mark. */
export function notePlace(casePath: string, path: string, search: string): void {
  const places = read(casePath);
  localStorage.setItem(KEPT + casePath, JSON.stringify({ last: path + search, screens: { ...places.screens, [path]: search } }));
}

export const lastPlace = (casePath: string): string => read(casePath).last;

/** The address of a screen as it was left, without the drawer. */
export function screenPlace(casePath: string, path: string): string {
  const search = new URLSearchParams(read(casePath).screens[path] ?? "");
  search.delete("record");
  const query = search.toString();
  return query === "" ? path : `${path}?${query}`;
}
