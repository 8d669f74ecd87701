import { type PointerEvent, useEffect, useRef, useState } from "react";
import type { Timeline } from "../../bindings/Timeline";
import type { Zone } from "../../format/time";
import { zoneWord } from "../../format/time";
import { strings } from "../../strings";
import { HALF } from "./cluster";
import type { Lane } from "./lanes";
import { LaneDrawing } from "./LaneDrawing";
import { LaneLabel } from "./LaneLabel";
import { context, type Span, ticks, toMs, toX, zoomAbout } from "./scale";
import { Hatch } from "./shapes";
import { useRows } from "./useRows";
import { useWidth } from "./useWidth";

const words = strings.timeline;
export const LANE = 24;
const SLIP = 4;

type Props = {
  label: string;
  lanes: Lane[];
  timeline: Timeline;
  view: Span;
  bounds: Span;
  zone: Zone;
  selected: string | undefined;
  partial: boolean;
  change: (view: Span) => void;
  open: (id: string) => void;
  toggle: (run: string) => void;
};

/** The lanes, drawn. The grid below says the same to those who do not see it. */
export function Plot({ label, lanes, timeline, view, bounds, zone, selected, partial, change, open, toggle }: Props) {
  const [box, width] = useWidth<HTMLDivElement>();
  const drag = useRef<{ x: number; view: Span; moved: boolean } | null>(null);
  const [dragging, setDragging] = useState(false);
  const height = lanes.length * LANE;
  const body = useRef<HTMLDivElement>(null);
  const { first, end } = useRows(body, lanes.length, LANE);

  // React listens to wheels passively, and this one must keep the page from scrolling.
  const latest = useRef({ view, bounds, change });
  useEffect(() => {
    latest.current = { view, bounds, change };
  });
  useEffect(() => {
    const element = box.current;
    if (element === null) return;
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const now = latest.current;
      const sideways = event.shiftKey ? event.deltaY : Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : 0;
      const rect = element.getBoundingClientRect();
      if (sideways !== 0) {
        const by = (sideways / rect.width) * (now.view.to - now.view.from);
        now.change({ from: now.view.from + by, to: now.view.to + by });
      } else {
        now.change(zoomAbout(now.view, toMs(event.clientX - rect.left, now.view, rect.width), Math.exp(Math.max(-300, Math.min(300, event.deltaY)) * 0.002), now.bounds));
      }
    };
    element.addEventListener("wheel", wheel, { passive: false });
    return () => {
      element.removeEventListener("wheel", wheel);
    };
  }, [box]);

  const down = (event: PointerEvent) => {
    if (event.button === 0) drag.current = { x: event.clientX, view, moved: false };
  };
  const move = (event: PointerEvent<HTMLDivElement>) => {
    const from = drag.current;
    if (from === null) return;
    const by = event.clientX - from.x;
    if (!from.moved && Math.abs(by) < SLIP) return;
    if (!from.moved) {
      from.moved = true;
      event.currentTarget.setPointerCapture(event.pointerId);
      setDragging(true);
    }
    const ms = (by / width) * (from.view.to - from.view.from);
    change({ from: from.view.from - ms, to: from.view.to - ms });
  };
  const up = () => {
    drag.current = null;
    setDragging(false);
  };

  const x = (ms: number) => toX(ms, view, width);
  const marked = timeline.calls.find((mark) => mark.id === selected);
  const axis = ticks(view, width, zone);
  return (
    <div className="plot" data-testid="plot">
      <div className="plothead">
        <span className="figures">
          {context(view, zone)} {zoneWord(zone, view.from)}
        </span>
        <svg width={width} height={24} aria-hidden="true">
          {axis.map((tick) => (
            <text key={tick.at} x={x(tick.at)} y={16} textAnchor="middle">
              {tick.label}
            </text>
          ))}
        </svg>
      </div>
      { }
      <div ref={body} className="plotbody" role="region" aria-label={words.plotKeys} tabIndex={0}>
        <ul className="lanelabels">
          {first > 0 ? <li aria-hidden="true" style={{ height: first * LANE }} /> : null}
          {lanes.slice(first, end).map((lane) => (
            <LaneLabel key={lane.key} lane={lane} person={timeline.person} partial={partial} toggle={toggle} />
          ))}
        </ul>
        <div ref={box} className={dragging ? "drawing dragging" : "drawing"} onPointerDown={down} onPointerMove={move} onPointerUp={up} onPointerCancel={up}>
          <svg width={width} height={height} role="img" aria-label={label}>
            <Hatch />
            {axis.map((tick) => (
              <line key={tick.at} className="gridline" x1={x(tick.at)} x2={x(tick.at)} y1={0} y2={height} />
            ))}
            {timeline.gaps
              .filter((gap) => gap.run === null && gap.to >= view.from && gap.from <= view.to)
              .map((gap) => (
                <rect key={`${String(gap.from)}-${gap.reason}`} className="gap" x={x(gap.from)} width={Math.max(2, x(gap.to) - x(gap.from))} y={0} height={height}>
                  <title>{words.gap(gap.reason)}</title>
                </rect>
              ))}
            {marked === undefined ? null : <line className="cursorline" x1={x(marked.at)} x2={x(marked.at)} y1={0} y2={height} />}
            <Spawns lanes={lanes} x={x} first={first} end={end} />
            {lanes.slice(first, end).map((lane, at) => (
              <LaneDrawing key={lane.key} lane={lane} y={(first + at) * LANE} x={x} view={view} width={width} selected={selected} density={partial ? timeline.density : null} change={change} open={open} />
            ))}
          </svg>
        </div>
      </div>
    </div>
  );
}

/** From each run to what it spawned, where both are drawn. */
function Spawns({ lanes, x, first, end }: { lanes: Lane[]; x: (ms: number) => number; first: number; end: number }) {
  const rows = new Map(lanes.map((lane, at) => [lane.key, at]));
  return lanes.map((lane, at) => {
    if (at < first || at >= end || lane.kind !== "run" || lane.run.parent === null || lane.run.from === null) return null;
    const parent = rows.get(`run:${lane.run.parent}`);
    if (parent === undefined) return null;
    const left = x(lane.run.from) - HALF - 8;
    return <path key={lane.key} className="spawn" d={`M${left.toFixed(1)} ${String((parent + 1) * LANE - 6)}V${String(at * LANE + LANE / 2)}h6`} />;
  });
}
