const whole = new Intl.NumberFormat("en-US", { maximumFractionDigits: 0 });

/** 2404 -> "2,404". */
export function count(value: number): string {
  return whole.format(value);
}

/** A share as whole per cent that never rounds to a false "all" or "none". */
export function percent(part: number, of: number): string {
  if (of <= 0) return "–";
  const share = (100 * part) / of;
  if (part > 0 && share < 1) return "under 1 %";
  if (part < of && share > 99) return "over 99 %";
  return `${whole.format(Math.round(share))} %`;
}

/** Bytes in the unit a reviewer reads: "812 B", "3.4 MB". Decimal, as file managers count. */
export function bytes(value: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 || size >= 100 ? whole.format(Math.round(size)) : size.toFixed(1)} ${units[unit] ?? "B"}`;
}

/** A duration in words: "4 s", "2 min 5 s", "1 h 3 min". */
export function duration(seconds: number): string {
  const s = Math.max(0, Math.round(seconds));
  if (s < 60) return `${String(s)} s`;
  if (s < 3600) return `${String(Math.floor(s / 60))} min ${String(s % 60)} s`;
  return `${String(Math.floor(s / 3600))} h ${String(Math.floor((s % 3600) / 60))} min`;
}
