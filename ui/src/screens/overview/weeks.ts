import type { DayCount } from "../../bindings/DayCount";
import { parts } from "../../format/time";

export type Week = { monday: string; days: (DayCount | null)[] };

const DAY = 86_400_000;

/** Days laid out by week, Monday first; days outside the period are null. */
export function weeks(days: DayCount[]): Week[] {
  const found = new Map<string, Week>();
  for (const day of days) {
    const ms = Date.parse(`${day.day}T00:00:00Z`);
    if (Number.isNaN(ms)) continue;
    const { weekday } = parts(ms, "utc");
    const monday = new Date(ms - weekday * DAY).toISOString().slice(0, 10);
    const week = found.get(monday) ?? { monday, days: Array.from({ length: 7 }, () => null) };
    week.days[weekday] = day;
    found.set(monday, week);
  }
  return [...found.values()].sort((a, b) => a.monday.localeCompare(b.monday));
}

/** The shade of a day, 0 for none to 4, against the busiest day. */
export function shade(calls: number, most: number): number {
  return calls === 0 || most === 0 ? 0 : Math.max(1, Math.ceil((4 * calls) / most));
}
