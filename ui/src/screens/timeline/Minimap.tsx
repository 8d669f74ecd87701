import { type PointerEvent, useMemo, useRef } from "react";
import type { Timeline } from "../../bindings/Timeline";
import { strings } from "../../strings";
import { bins } from "./bins";
import { type Span, toMs, toX, within } from "./scale";
import { useWidth } from "./useWidth";

const HEIGHT = 36;
const GRIP = 6;

type Grab = { part: "left" | "right" | "body" | "new"; at: number; view: Span };

/** The whole period in small, with a brush over the part in view. The keys of the drawing do the same. */
export function Minimap({ timeline, view, bounds, change }: { timeline: Timeline; view: Span; bounds: Span; change: (view: Span) => void }) {
  const [box, width] = useWidth<HTMLDivElement>();
  const grab = useRef<Grab | null>(null);
  const columns = useMemo(() => bins(timeline, bounds, Math.floor(width / 4)), [timeline, bounds, width]);
  const most = Math.max(1, ...columns.map((column) => column.own + column.behalf));
  const left = toX(view.from, bounds, width);
  const right = toX(view.to, bounds, width);

  const at = (event: PointerEvent<HTMLDivElement>) => event.clientX - event.currentTarget.getBoundingClientRect().left;
  const down = (event: PointerEvent<HTMLDivElement>) => {
    const px = at(event);
    const whole = view.from <= bounds.from && view.to >= bounds.to;
    const part = Math.abs(px - left) < GRIP ? "left" : Math.abs(px - right) < GRIP ? "right" : px > left && px < right && !whole ? "body" : "new";
    grab.current = { part, at: toMs(px, bounds, width), view };
    event.currentTarget.setPointerCapture(event.pointerId);
  };
  const move = (event: PointerEvent<HTMLDivElement>) => {
    const from = grab.current;
    if (from === null) return;
    const ms = toMs(Math.min(width, Math.max(0, at(event))), bounds, width);
    const by = ms - from.at;
    if (from.part === "body") change(within({ from: from.view.from + by, to: from.view.to + by }, bounds));
    else {
      const fixed = from.part === "left" ? from.view.to : from.part === "right" ? from.view.from : from.at;
      if (Math.abs(ms - fixed) > (bounds.to - bounds.from) / width) change(within({ from: Math.min(fixed, ms), to: Math.max(fixed, ms) }, bounds));
    }
  };
  const up = () => {
    grab.current = null;
  };
  return (
    <div className="minimap">
      <span className="quiet">{strings.timeline.minimap}</span>
      <div ref={box} className="brush" onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={up} aria-hidden="true" data-testid="minimap">
        <svg width={width} height={HEIGHT}>
          {columns.map((column, index) => {
            if (column.own + column.behalf === 0) return null;
            const tall = Math.max(2, (HEIGHT - 4) * Math.sqrt((column.own + column.behalf) / most));
            const mine = (tall * column.own) / (column.own + column.behalf);
            return (
              <g key={index}>
                <rect className="behalf" x={index * 4} width={3} y={HEIGHT - tall} height={tall} />
                <rect className="own" x={index * 4} width={3} y={HEIGHT - mine} height={mine} />
              </g>
            );
          })}
          {timeline.gaps
            .filter((gap) => gap.run === null)
            .map((gap) => (
              <rect key={gap.from} className="gap" x={toX(gap.from, bounds, width)} width={Math.max(2, toX(gap.to, bounds, width) - toX(gap.from, bounds, width))} y={0} height={HEIGHT} />
            ))}
          <rect className="outside" x={0} width={Math.max(0, left)} y={0} height={HEIGHT} />
          <rect className="outside" x={right} width={Math.max(0, width - right)} y={0} height={HEIGHT} />
          <rect className="window" x={left + 0.5} width={Math.max(3, right - left - 1)} y={0.5} height={HEIGHT - 1} />
          <rect className="grip" x={left - 1.5} width={4} y={HEIGHT / 2 - 8} height={16} rx={2} />
          <rect className="grip" x={Math.max(left + 3, right - 2.5)} width={4} y={HEIGHT / 2 - 8} height={16} rx={2} />
        </svg>
      </div>
    </div>
  );
}
