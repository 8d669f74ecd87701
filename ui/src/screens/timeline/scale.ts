import { clock, day, dayMonth, monthYear, parts, type Zone } from "../../format/time";

/** A stretch of time in milliseconds; `to` is later than `from`. */
export type Span = { from: number; to: number };

const SHORTEST = 20;

export const toX = (ms: number, view: Span, width: number): number => ((ms - view.from) / (view.to - view.from)) * width;
export const toMs = (x: number, view: Span, width: number): number => view.from + (x / width) * (view.to - view.from);

/** The whole with a little air on both sides, so that no mark sits on the edge. */
export function withAir(whole: Span): Span {
  const air = Math.max(SHORTEST, (whole.to - whole.from) * 0.02);
  return { from: Math.floor(whole.from - air), to: Math.ceil(whole.to + air) };
}

/** The view moved back inside the bounds, its length kept where it fits. */
export function within(view: Span, bounds: Span): Span {
  const length = Math.min(Math.max(view.to - view.from, SHORTEST), bounds.to - bounds.from);
  const from = Math.min(Math.max(view.from, bounds.from), bounds.to - length);
  return { from: Math.round(from), to: Math.round(from + length) };
}

/** Zooms so that the moment under the pointer stays under it; a factor below 1 zooms in. */
export function zoomAbout(view: Span, at: number, factor: number, bounds: Span): Span {
  const length = Math.min(Math.max((view.to - view.from) * factor, SHORTEST), bounds.to - bounds.from);
  const share = (at - view.from) / (view.to - view.from);
  return within({ from: at - share * length, to: at + (1 - share) * length }, bounds);
}

/** Moves by a share of the view. */
export function moved(view: Span, share: number, bounds: Span): Span {
  const by = (view.to - view.from) * share;
  return within({ from: view.from + by, to: view.to + by }, bounds);
}

/** The view around a moment, its length kept; as it was where the moment is already well inside. */
export function showing(view: Span, at: number, bounds: Span): Span {
  const margin = (view.to - view.from) * 0.05;
  if (at >= view.from + margin && at <= view.to - margin) return view;
  const half = (view.to - view.from) / 2;
  return within({ from: at - half, to: at + half }, bounds);
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const STEPS = [
  1, 2, 5, 10, 20, 50, 100, 200, 500,
  SECOND, 2 * SECOND, 5 * SECOND, 10 * SECOND, 15 * SECOND, 30 * SECOND,
  MINUTE, 2 * MINUTE, 5 * MINUTE, 10 * MINUTE, 15 * MINUTE, 30 * MINUTE,
  HOUR, 2 * HOUR, 3 * HOUR, 6 * HOUR, 12 * HOUR,
  DAY, 2 * DAY, 7 * DAY, 14 * DAY,
];

export type Tick = { at: number; label: string };

const offset = (ms: number, zone: Zone): number => (zone === "utc" ? 0 : -new Date(ms).getTimezoneOffset() * MINUTE);

/** Moments to write on the axis, at least `apart` pixels from each other. */
export function ticks(view: Span, width: number, zone: Zone, apart = 88): Tick[] {
  const least = ((view.to - view.from) / Math.max(width, 1)) * apart;
  const step = STEPS.find((each) => each >= least);
  return step === undefined ? months(view, zone, least) : steps(view, zone, step);
}

function steps(view: Span, zone: Zone, step: number): Tick[] {
  const shift = offset(view.from, zone);
  // Weeks begin on Monday: the epoch was a Thursday.
  const origin = step >= 7 * DAY ? 4 * DAY : 0;
  const found: Tick[] = [];
  for (let at = Math.ceil((view.from + shift - origin) / step) * step + origin; at - shift <= view.to; at += step) {
    const ms = at - shift;
    found.push({ at: ms, label: label(ms, zone, step) });
  }
  return found;
}

function label(ms: number, zone: Zone, step: number): string {
  if (step >= DAY) return dayMonth(ms, zone);
  const p = parts(ms, zone);
  if (p.hour === 0 && p.minute === 0 && p.second === 0 && p.ms === 0 && step >= MINUTE) return dayMonth(ms, zone);
  const full = clock(ms, zone);
  if (step >= MINUTE) return full.slice(0, 5);
  return step >= SECOND ? full.slice(0, 8) : full;
}

function months(view: Span, zone: Zone, least: number): Tick[] {
  const every = [1, 2, 3, 6, 12, 24, 60].find((n) => n * 30 * DAY >= least) ?? 120;
  const start = parts(view.from, zone);
  const found: Tick[] = [];
  for (let month = Math.floor((start.month - 1) / every) * every; ; month += every) {
    const utc = Date.UTC(start.year, month, 1);
    const at = utc - offset(utc, zone);
    if (at > view.to) return found;
    if (at >= view.from) found.push({ at, label: monthYear(at, zone) });
  }
}

/** What the axis says at its left end, so that clock times have their day. */
export function context(view: Span, zone: Zone): string {
  const from = day(view.from, zone);
  const to = day(view.to, zone);
  return from === to ? from : `${from} – ${to}`;
}
