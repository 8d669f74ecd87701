const HEXAGON = "M0-6 5.2-3v6L0 6l-5.2-3v-6z";

/** A call, about its own middle: a circle by own hand, a hexagon through an agent; hollow where it did not go through. */
export function CallShape({ own, outcome, grade }: { own: boolean; outcome: string; grade: string }) {
  const hollow = outcome === "denied" || outcome === "error";
  const look = grade === "X" ? "callshape refused" : own ? "callshape own" : "callshape behalf";
  return (
    <g className={hollow ? `${look} hollow` : look}>
      {own ? <circle r="5.4" /> : <path d={HEXAGON} />}
      {hollow ? <path className="strike" d="M-2.6 2.6 2.6-2.6" /> : null}
    </g>
  );
}

/** The hatching of what cannot be told. */
export function Hatch() {
  return (
    <defs>
      <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
        <rect width="6" height="6" fill="var(--surface)" />
        <rect width="2" height="6" fill="var(--bar-refused)" />
      </pattern>
    </defs>
  );
}
