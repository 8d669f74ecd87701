import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { Timeline } from "../../bindings/Timeline";
import { Button } from "../../design/Button";
import { count } from "../../format/number";
import { minute } from "../../format/time";
import { toggled } from "../../state/address";
import { useKeys } from "../../state/keys";
import { useZone } from "../../state/preferences";
import { ask } from "../../state/queries";
import { useRecord } from "../../state/record";
import { strings } from "../../strings";
import { CallGrid } from "./CallGrid";
import { inSpan } from "./cluster";
import { lanes, lanesIn } from "./lanes";
import { Legend } from "./Legend";
import { Minimap } from "./Minimap";
import { Plot } from "./Plot";
import { moved, showing, type Span, withAir, within, zoomAbout } from "./scale";
import { useView } from "./useView";

const words = strings.timeline;
const STEP = 0.6;

/** One person's timeline: the drawing, the whole period in small, and the same calls as a grid. */
export function PersonTimeline({ whole }: { whole: Timeline }) {
  const search = useSearch({ from: "/timeline" });
  const navigate = useNavigate({ from: "/timeline" });
  const zone = useZone();
  const { record, openRecord } = useRecord();
  const bounds = useMemo(() => withAir({ from: whole.from, to: whole.to }), [whole.from, whole.to]);
  const { view, setView } = useView(bounds);

  // Where the case holds more calls than came with the whole, the part in view is asked for by itself.
  const partial = whole.total_calls > whole.calls.length;
  const zoomed = search.from !== undefined && search.to !== undefined;
  const part = useQuery({
    ...ask.timeline(whole.person.key, search.from ?? null, search.to ?? null),
    enabled: partial && zoomed,
    placeholderData: keepPreviousData,
  });
  const shown = partial && zoomed ? (part.data ?? whole) : whole;

  const closed = useMemo(() => new Set(search.closed ?? []), [search.closed]);
  const marks = useMemo(() => [...shown.calls].sort((a, b) => a.at - b.at), [shown]);
  const all = useMemo(() => lanes({ ...shown, calls: marks }, closed), [shown, marks, closed]);
  const drawn = useMemo(() => lanesIn(all, view.from, view.to), [all, view]);
  const inView = useMemo(() => inSpan(marks, view.from, view.to), [marks, view]);
  const selected = marks.find((mark) => mark.id === record);

  const change = (next: Span) => {
    setView(within(next, bounds));
  };
  const middle = (view.from + view.to) / 2;
  const act = {
    in: () => {
      change(zoomAbout(view, selected !== undefined && selected.at > view.from && selected.at < view.to ? selected.at : middle, STEP, bounds));
    },
    out: () => {
      change(zoomAbout(view, middle, 1 / STEP, bounds));
    },
    earlier: () => {
      change(moved(view, -0.2, bounds));
    },
    later: () => {
      change(moved(view, 0.2, bounds));
    },
    fit: () => {
      change(bounds);
    },
  };
  const stepTo = (by: number) => () => {
    const here = marks.findIndex((mark) => mark.id === record);
    const next = here === -1 ? (by > 0 ? inView[0] : inView.at(-1)) : marks[here + by];
    if (next === undefined) return false;
    openRecord(next.id);
    const there = showing(view, next.at, bounds);
    if (there !== view) change(there);
    return true;
  };
  const done = (run: () => void) => () => {
    run();
    return true;
  };
  useKeys({
    "+": done(act.in),
    "=": done(act.in),
    "-": done(act.out),
    ArrowLeft: done(act.earlier),
    ArrowRight: done(act.later),
    f: done(act.fit),
    "[": stepTo(-1),
    "]": stepTo(1),
    p: () => {
      const run = shown.runs.find((each) => each.id === selected?.run);
      if (run?.from === null || run?.from === undefined) return false;
      change(showing(view, run.from, bounds));
      return true;
    },
  });
  const toggle = (id: string) => {
    void navigate({ search: (now) => ({ ...now, closed: toggled(now.closed, id) }) as never, replace: true });
  };

  const name = whole.person.name ?? whole.person.shown;
  const label = words.figure(name, minute(view.from, zone), minute(view.to, zone), inView.length, inView.filter((mark) => mark.own).length, inView.filter((mark) => !mark.own).length);
  return (
    <div className="persontimeline">
      <div className="tools" role="toolbar" aria-label={words.tools}>
        <Button look="bare" size="icon" aria-label={words.zoomIn} onPress={act.in} testid="zoom-in">
          <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
            <path d="M7 2v10M2 7h10" stroke="currentColor" strokeWidth="1.5" />
          </svg>
        </Button>
        <Button look="bare" size="icon" aria-label={words.zoomOut} onPress={act.out} testid="zoom-out">
          <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
            <path d="M2 7h10" stroke="currentColor" strokeWidth="1.5" />
          </svg>
        </Button>
        <Button look="bare" size="icon" aria-label={words.earlier} onPress={act.earlier}>
          <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
            <path d="M9 2.5 4.5 7 9 11.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
          </svg>
        </Button>
        <Button look="bare" size="icon" aria-label={words.later} onPress={act.later}>
          <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
            <path d="M5 2.5 9.5 7 5 11.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
          </svg>
        </Button>
        <Button look="bare" onPress={act.fit} testid="fit">
          {words.fit}
        </Button>
        <Legend />
        <span className="figures second nowrap" role="status" data-testid="in-view">
          {shown.total_calls > shown.calls.length ? words.inViewSingly(inView.length, whole.total_calls) : words.inView(inView.length, whole.total_calls)}
        </span>
      </div>
      <Plot label={label} lanes={drawn} timeline={shown} view={view} bounds={bounds} zone={zone} selected={record} partial={shown.total_calls > shown.calls.length} change={change} open={openRecord} toggle={toggle} />
      <Minimap timeline={whole} view={view} bounds={bounds} change={change} />
      {shown.total_calls > shown.calls.length ? <p className="partial">{words.notAll(shown.calls.length, shown.total_calls)}</p> : null}
      {whole.total_untimed > 0 ? <p className="partial">{words.untimed(whole.total_untimed)}</p> : null}
      <CallGrid marks={inView} selected={record} open={openRecord} label={`${words.grid}: ${count(inView.length)}`} />
    </div>
  );
}
