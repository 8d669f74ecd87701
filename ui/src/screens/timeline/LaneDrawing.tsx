import type { Density } from "../../bindings/Density";
import { count } from "../../format/number";
import { strings } from "../../strings";
import { cluster, type Dense, HALF, inSpan, labelWidth } from "./cluster";
import type { Lane } from "./lanes";
import type { Span } from "./scale";
import { CallShape } from "./shapes";

const words = strings.timeline;
const LANE = 24;
const MIDDLE = LANE / 2;

type Props = {
  lane: Lane;
  y: number;
  x: (ms: number) => number;
  view: Span;
  width: number;
  selected: string | undefined;
  /** The counts of all calls, where not all came singly. */
  density: Density[] | null;
  change: (view: Span) => void;
  open: (id: string) => void;
};

/** One lane of the drawing. */
export function LaneDrawing({ lane, y, x, view, width, selected, density, change, open }: Props) {
  if (lane.kind === "heading") return <line className="laneline strong" x1={0} x2={width} y1={y + LANE - 0.5} y2={y + LANE - 0.5} />;
  const air = ((view.to - view.from) / width) * 20;
  const drawn = cluster(inSpan(lane.marks, view.from - air, view.to + air), x);
  const chosen = selected === undefined ? undefined : lane.marks.find((mark) => mark.id === selected);
  const zoom = (from: number, to: number) => {
    const side = Math.max(50, (to - from) * 0.2);
    change({ from: from - side, to: to + side });
  };
  return (
    <g transform={`translate(0 ${String(y)})`}>
      <line className="laneline" x1={0} x2={width} y1={LANE - 0.5} y2={LANE - 0.5} />
      {lane.kind === "run" ? <Run lane={lane} x={x} view={view} zoom={zoom} /> : null}
      {lane.kind === "own" && density !== null ? (
        <Slices slices={density} x={x} view={view} />
      ) : (
        drawn.map((each) =>
          each.kind === "single" ? (
            // The grid below is the keyboard's way to the same calls.
             
            <g
              key={each.mark.id}
              className={each.mark.id === selected ? "call selected" : "call"}
              transform={`translate(${each.x.toFixed(1)} ${String(MIDDLE)})`}
              onClick={() => {
                open(each.mark.id);
              }}
              data-testid="mark"
            >
              <title>{`${each.mark.time}  ${each.mark.action} ${each.mark.resource ?? ""}`}</title>
              <rect x={-7} y={-11} width={14} height={22} fill="transparent" />
              {each.mark.id === selected ? <circle className="ring" r={9} /> : null}
              <CallShape own={each.mark.own} outcome={each.mark.outcome} grade={each.mark.grade} />
              {each.mark.findings > 0 ? <path className="flag" d="M0-11.5 3-7.5h-6z" /> : null}
            </g>
          ) : (
            <DenseBar key={each.from} dense={each} zoom={zoom} holds={chosen !== undefined && chosen.at >= each.from && chosen.at <= each.to} />
          ),
        )
      )}
    </g>
  );
}

function DenseBar({ dense, zoom, holds }: { dense: Dense; holds: boolean; zoom: (from: number, to: number) => void }) {
  const room = dense.width + 0.01 >= labelWidth(dense.count);
  const mine = dense.own / dense.count;
  return (
     
    <g
      className="dense"
      transform={`translate(${dense.x.toFixed(1)} ${String(MIDDLE - 8)})`}
      onClick={() => {
        zoom(dense.from, dense.to);
      }}
    >
      <title>{words.dense(dense.count)}</title>
      {holds ? <rect className="ring" x={-2.5} y={-2.5} width={dense.width + 5} height={21} rx={4} /> : null}
      <rect className="behalf" width={dense.width} height={16} rx={2} />
      {mine > 0 ? <rect className="own" width={dense.width * mine} height={16} rx={2} /> : null}
      {room ? (
        <text x={dense.width / 2} y={12} textAnchor="middle">
          {count(dense.count)}
        </text>
      ) : null}
    </g>
  );
}

/** Where not all calls came singly, the counts of all of them: own hand upward, on behalf downward. */
function Slices({ slices, x, view }: { slices: Density[]; x: (ms: number) => number; view: Span }) {
  const shown = slices.filter((slice) => slice.to >= view.from && slice.from <= view.to);
  const most = Math.max(1, ...shown.map((slice) => Math.max(slice.own, slice.on_behalf)));
  return (
    <>
      {shown.map((slice) => {
        const left = x(slice.from);
        const wide = Math.max(1, x(slice.to) - left - 1);
        const up = Math.sqrt(slice.own / most) * (MIDDLE - 1);
        const downward = Math.sqrt(slice.on_behalf / most) * (MIDDLE - 1);
        return (
          <g key={slice.from} className="slice">
            <title>{`${words.own(slice.own)}, ${words.onBehalf(slice.on_behalf)}`}</title>
            <rect className="own" x={left} width={wide} y={MIDDLE - up} height={up} />
            <rect className="behalf" x={left} width={wide} y={MIDDLE} height={downward} />
          </g>
        );
      })}
    </>
  );
}

function Run({ lane, x, view, zoom }: { lane: Extract<Lane, { kind: "run" }>; x: (ms: number) => number; view: Span; zoom: (from: number, to: number) => void }) {
  const { run, gaps } = lane;
  const from = run.from;
  const to = run.to ?? run.from;
  return (
    <g
      onDoubleClick={() => {
        if (from !== null && to !== null) zoom(from, to);
      }}
    >
      {from === null || to === null ? null : (
        <rect
          className={run.refused === null ? "runbar" : "runbar refused"}
          x={x(from) - HALF - 2}
          width={Math.max(4, x(to) - x(from) + 2 * HALF + 4)}
          y={5}
          height={LANE - 10}
          rx={3}
        >
          <title>{run.refused === null ? words.run(run.id) : words.refused(run.refused)}</title>
        </rect>
      )}
      {gaps
        .filter((gap) => gap.to >= view.from && gap.from <= view.to)
        .map((gap) => (
          <rect key={`${String(gap.from)}-${gap.reason}`} className="gap" x={x(gap.from)} width={Math.max(3, x(gap.to) - x(gap.from))} y={5} height={LANE - 10}>
            <title>{words.gap(gap.reason)}</title>
          </rect>
        ))}
    </g>
  );
}
