/** Views that a reviewer saved: an address under a name, by case and screen, on this machine. */
export type View = { name: string; search: string };

const KEPT = "behalf.views:";
const key = (casePath: string, screen: string) => `${KEPT}${casePath}:${screen}`;

export function readViews(casePath: string, screen: string): View[] {
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(key(casePath, screen)) ?? "[]");
    if (!Array.isArray(kept)) return [];
    return kept.filter((view): view is View => typeof (view as View | null)?.name === "string" && typeof (view as View).search === "string");
  } catch {
    return [];
  }
}

/** Saves a view; one of the same name is replaced. */
export function saveView(casePath: string, screen: string, view: View): View[] {
  const views = [...readViews(casePath, screen).filter(({ name }) => name !== view.name), view].sort((a, b) => (a.name < b.name ? -1 : 1));
  localStorage.setItem(key(casePath, screen), JSON.stringify(views));
  return views;
}

export function dropView(casePath: string, screen: string, name: string): View[] {
  const views = readViews(casePath, screen).filter((view) => view.name !== name);
  localStorage.setItem(key(casePath, screen), JSON.stringify(views));
  return views;
}

const COLUMNS = "behalf.columns:";

/** Columns that a reviewer hid or showed on a screen; null before a choice was made. */
export function readColumns(screen: string): string[] | null {
  const kept = localStorage.getItem(COLUMNS + screen);
  return kept === null || kept === "" ? null : kept.split(",");
}

export function keepColumns(screen: string, columns: string[] | null): void {
  if (columns === null) localStorage.removeItem(COLUMNS + screen);
  else localStorage.setItem(COLUMNS + screen, columns.join(","));
}
