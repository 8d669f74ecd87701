/** How times are shown: in UTC, or as the clock on this machine's wall. */
export type Zone = "utc" | "local";

const pad = (value: number, width = 2): string => String(value).padStart(width, "0");

/** "UTC", or the machine's offset at that moment, "UTC+05:45". */
export function zoneWord(zone: Zone, ms: number): string {
  if (zone === "utc") return "UTC";
  const minutes = -new Date(ms).getTimezoneOffset();
  if (minutes === 0) return "UTC+00:00";
  const size = Math.abs(minutes);
  return `UTC${minutes < 0 ? "−" : "+"}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

type Parts = { year: number; month: number; day: number; hour: number; minute: number; second: number; ms: number; weekday: number };

/** Calendar parts of an instant; `weekday` is 0 for Monday. */
export function parts(ms: number, zone: Zone): Parts {
  const d = new Date(zone === "utc" ? ms : ms - new Date(ms).getTimezoneOffset() * 60_000);
  return {
    year: d.getUTCFullYear(),
    month: d.getUTCMonth() + 1,
    day: d.getUTCDate(),
    hour: d.getUTCHours(),
    minute: d.getUTCMinutes(),
    second: d.getUTCSeconds(),
    ms: d.getUTCMilliseconds(),
    weekday: (d.getUTCDay() + 6) % 7,
  };
}

export function day(ms: number, zone: Zone): string {
  const p = parts(ms, zone);
  return `${String(p.year)}-${pad(p.month)}-${pad(p.day)}`;
}

/** "15:40:04.366": milliseconds only where there are any. */
export function clock(ms: number, zone: Zone): string {
  const p = parts(ms, zone);
  return `${pad(p.hour)}:${pad(p.minute)}:${pad(p.second)}${p.ms === 0 ? "" : `.${pad(p.ms, 3)}`}`;
}

/** "2026-03-04 15:40:04.366 UTC": never without its zone. */
export function instant(ms: number, zone: Zone): string {
  return `${day(ms, zone)} ${clock(ms, zone)} ${zoneWord(zone, ms)}`;
}

/** "2026-03-04 15:40 UTC". */
export function minute(ms: number, zone: Zone): string {
  return `${day(ms, zone)} ${clock(ms, zone).slice(0, 5)} ${zoneWord(zone, ms)}`;
}

/** Milliseconds of an RFC 3339 time; null where there is none or it cannot be read. */
export function millis(rfc3339: string | null | undefined): number | null {
  if (rfc3339 === null || rfc3339 === undefined) return null;
  const ms = Date.parse(rfc3339);
  return Number.isNaN(ms) ? null : ms;
}

const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/** "4 Mar". */
export function dayMonth(ms: number, zone: Zone): string {
  const p = parts(ms, zone);
  return `${String(p.day)} ${MONTHS[p.month - 1] ?? ""}`;
}

/** "Mar 2026". */
export function monthYear(ms: number, zone: Zone): string {
  const p = parts(ms, zone);
  return `${MONTHS[p.month - 1] ?? ""} ${String(p.year)}`;
}

/** "1–28 Mar 2026", "28 Feb – 3 Mar 2026": the period of a case, without times. */
export function period(first: number, last: number, zone: Zone): string {
  const a = parts(first, zone);
  const b = parts(last, zone);
  const end = `${dayMonth(last, zone)} ${String(b.year)}`;
  if (day(first, zone) === day(last, zone)) return end;
  if (a.year === b.year && a.month === b.month) return `${String(a.day)}–${end}`;
  return a.year === b.year ? `${dayMonth(first, zone)} – ${end}` : `${dayMonth(first, zone)} ${String(a.year)} – ${end}`;
}
