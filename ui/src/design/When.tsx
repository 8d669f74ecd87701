import { clock, day, instant, millis, minute, zoneWord } from "../format/time";
import { useZone } from "../state/preferences";

/** A time as it is shown everywhere: with its zone, the source's own text on hover. */
export function When({ at, only }: { at: string | number | null; only?: "minute" | "grid" }) {
  const zone = useZone();
  const ms = typeof at === "number" ? at : millis(at);
  if (ms === null) return <span className="quiet">{at ?? "–"}</span>;
  const shown = only === "minute" ? minute(ms, zone) : only === "grid" ? `${day(ms, zone)} ${clock(ms, zone)}` : instant(ms, zone);
  return (
    <time className="figures nowrap" dateTime={new Date(ms).toISOString()} title={typeof at === "string" ? at : undefined}>
      {shown}
      {only === "grid" ? <span className="hidden-but-read"> {zoneWord(zone, ms)}</span> : null}
    </time>
  );
}
