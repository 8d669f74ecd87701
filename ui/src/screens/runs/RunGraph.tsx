import { useQuery } from "@tanstack/react-query";
import { defaultRangeExtractor, useVirtualizer } from "@tanstack/react-virtual";
import { Link, useNavigate } from "@tanstack/react-router";
import { type KeyboardEvent, useEffect, useId, useMemo, useRef, useState } from "react";
import { Button } from "../../design/Button";
import { GradeMark, PrincipalMark } from "../../design/marks";
import { Failure, Loading } from "../../design/states";
import { count } from "../../format/number";
import { clock, instant, zoneWord } from "../../format/time";
import { writeFilters } from "../../grid/filters";
import { usePreferences } from "../../state/preferences";
import { ask } from "../../state/queries";
import { useRecord } from "../../state/record";
import { strings } from "../../strings";
import { type Line, lines, load, type Loaded, shifted, type Span, ticks, zoomed } from "./tree";

const words = strings.runsPage;
/** Up to so many lines, calls are shown without asking. */
const FEW = 400;
const LABEL = 420;

/** The fan-out of one run: every run under its parent, its calls on the line of time. */
export function RunGraph({ id }: { id: string }) {
  const navigate = useNavigate({ from: "/runs" });
  const { data, error, isPending, refetch } = useQuery(ask.runTree(id));
  const loaded = useMemo(() => (data === undefined ? null : load(data)), [data]);
  const back = () => {
    void navigate({ search: (now) => ({ ...now, run: undefined, record: undefined }) as never });
  };
  return (
    <>
      <header>
        <Button look="bare" onPress={back} testid="run-back">
          <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
            <path d="M6.5 1.5 3 5l3.5 3.5" fill="none" stroke="currentColor" strokeWidth="1.5" />
          </svg>
          {words.all}
        </Button>
        <h1>
          {words.run} <span className="mono runid">{id}</span>
        </h1>
        {data === undefined ? null : (
          <p className="second figures" data-testid="run-counts">
            {words.treeCounts(data.runs.id.length, data.total_calls)}
          </p>
        )}
        {data?.person == null ? null : (
          <Link to="/timeline" search={{ person: data.person }} className="plain">
            <PrincipalMark kind="human" label={words.startedBy(data.person)} />
          </Link>
        )}
      </header>
      {isPending ? <Loading what={words.treeLoading} rows={12} /> : null}
      {error === null ? null : <Failure error={error} retry={() => void refetch()} />}
      {loaded === null ? null : <Graph loaded={loaded} onLeave={back} />}
    </>
  );
}

function Graph({ loaded, onLeave }: { loaded: Loaded; onLeave: () => void }) {
  const { tree } = loaded;
  const { record, openRecord } = useRecord();
  const { zone, density } = usePreferences();
  const scroll = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(640);
  const [closed, setClosed] = useState<ReadonlySet<number>>(new Set());
  const [listing, setListing] = useState(tree.runs.id.length + tree.calls.id.length <= FEW);
  const [listed, setListed] = useState<ReadonlySet<number>>(new Set());
  const whole = useMemo<Span>(() => ({ from: loaded.from, to: loaded.to }), [loaded]);
  const [view, setView] = useState<Span>(whole);
  const [cursor, setCursor] = useState(tree.asked);
  const prefix = useId();
  const shown = useMemo(() => lines(loaded, closed, (run) => listing !== listed.has(run)), [loaded, closed, listing, listed]);
  const at = Math.min(cursor, shown.length - 1);

  // eslint-disable-next-line react-hooks/incompatible-library -- the virtualizer keeps its own state by design
  const virtual = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => density,
    overscan: 10,
    scrollPaddingStart: 32,
    rangeExtractor: (range) => {
      const inView = defaultRangeExtractor(range);
      return inView.includes(at) ? inView : [...inView, at].sort((a, b) => a - b);
    },
  });
  useEffect(() => {
    virtual.measure();
  }, [density, virtual]);
  useEffect(() => {
    const box = scroll.current;
    if (box === null) return;
    const watch = new ResizeObserver(() => {
      setWidth(Math.max(160, box.clientWidth - LABEL - 24));
    });
    watch.observe(box);
    return () => {
      watch.disconnect();
    };
  }, []);
  useEffect(() => {
    const box = scroll.current;
    if (box === null) return;
    // Listened to by hand: React's wheel listener is passive and could not keep the page from zooming.
    const wheel = (event: WheelEvent) => {
      if (!event.ctrlKey && !event.shiftKey) return;
      event.preventDefault();
      const x = event.clientX - box.getBoundingClientRect().left - LABEL;
      setView((now) =>
        event.shiftKey ? shifted(now, whole, ((now.to - now.from) * event.deltaY) / 800) : zoomed(now, whole, event.deltaY > 0 ? 1.25 : 0.8, now.from + ((now.to - now.from) * Math.max(0, x)) / width),
      );
    };
    box.addEventListener("wheel", wheel, { passive: false });
    return () => {
      box.removeEventListener("wheel", wheel);
    };
  }, [whole, width]);

  const go = (to: number) => {
    const next = Math.max(0, Math.min(shown.length - 1, to));
    setCursor(next);
    virtual.scrollToIndex(next, { align: "auto" });
  };
  const turn = (run: number, open: boolean) => {
    setClosed((now) => {
      const next = new Set(now);
      if (open) next.delete(run);
      else next.add(run);
      return next;
    });
  };
  const turnCalls = (run: number) => {
    setListed((now) => {
      const next = new Set(now);
      if (!next.delete(run)) next.add(run);
      return next;
    });
  };
  const act = (line: Line) => {
    if (line.call !== null) openRecord(tree.calls.id[line.call] ?? "");
    else turnCalls(line.run);
  };
  // About the current line where it is in view: what a reader looks at stays in sight.
  const zoom = (factor: number) => {
    const line = shown[at];
    const [from, to] = line === undefined ? [null, null] : line.call === null ? [tree.runs.from[line.run], tree.runs.to[line.run]] : [tree.calls.at[line.call], tree.calls.at[line.call]];
    const about = from == null || to == null ? (view.from + view.to) / 2 : (Math.max(view.from, from) + Math.min(view.to, to)) / 2;
    setView(zoomed(view, whole, factor, Math.max(view.from, Math.min(view.to, about))));
  };
  const pan = (share: number) => {
    setView(shifted(view, whole, share * (view.to - view.from)));
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const line = shown[at];
    if (line === undefined) return;
    switch (event.key) {
      case "ArrowDown":
      case "j":
        go(at + 1);
        break;
      case "ArrowUp":
      case "k":
        go(at - 1);
        break;
      case "PageDown":
        go(at + 20);
        break;
      case "PageUp":
        go(at - 20);
        break;
      case "Home":
        go(0);
        break;
      case "End":
        go(shown.length - 1);
        break;
      case "ArrowRight":
        if (line.call === null && !line.open) turn(line.run, true);
        else go(at + 1);
        break;
      case "ArrowLeft":
        if (line.call === null && line.open && line.children) turn(line.run, false);
        else {
          const above = shown.findLastIndex((each, n) => n < at && each.depth < line.depth);
          if (above !== -1) go(above);
        }
        break;
      case "Enter":
      case " ":
        act(line);
        break;
      case "+":
      case "=":
        zoom(0.6);
        break;
      case "-":
        zoom(1 / 0.6);
        break;
      case "f":
        setView(whole);
        break;
      case ",":
        pan(-0.25);
        break;
      case ".":
        pan(0.25);
        break;
      case "Escape":
        if (record !== undefined) return;
        onLeave();
        break;
      default:
        return;
    }
    event.preventDefault();
    event.stopPropagation();
  };
  const scale = width / (view.to - view.from);
  const span = view.to - view.from;
  const marks = [0, 0.25, 0.5, 0.75].map((share) => view.from + share * span);
  return (
    <>
      <div className="gridbar runbar-tools" role="toolbar" aria-label={words.tools}>
        <Button
          onPress={() => {
            setListing(!listing);
            setListed(new Set());
          }}
          testid="run-list-calls"
        >
          {listing ? words.hideCalls : words.showCalls}
        </Button>
        <Button
          onPress={() => {
            setClosed(closed.size > 0 ? new Set() : new Set(tree.runs.id.map((_, run) => run).filter((run) => (tree.runs.depth[run] ?? 0) === 1)));
          }}
        >
          {closed.size > 0 ? words.openAll : words.closeAll}
        </Button>
        <div className="end">
          <span className="second figures">
            {instant(view.from, zone)} – {clock(view.to, zone)} {zoneWord(zone, view.to)}
          </span>
          <Button size="icon" aria-label={strings.timeline.zoomOut} onPress={() => { zoom(1 / 0.6); }}>
            −
          </Button>
          <Button size="icon" aria-label={strings.timeline.zoomIn} onPress={() => { zoom(0.6); }}>
            +
          </Button>
          <Button onPress={() => { setView(whole); }}>{words.fit}</Button>
          <Link to="/calls" search={{ in: writeFilters({ run: tree.runs.id.slice(0, 200) }) ?? "" }} className="linkbutton">
            {words.asCalls}
          </Link>
        </div>
      </div>
      {tree.total_calls > tree.calls.id.length ? <p className="written-note">{words.notAll(tree.calls.id.length, tree.total_calls)}</p> : null}
      <div
        ref={scroll}
        className="rungraph"
        role="treegrid"
        tabIndex={0}
        aria-label={words.tree}
        aria-rowcount={shown.length + 1}
        aria-colcount={3}
        aria-readonly="true"
        aria-activedescendant={`${prefix}-${String(at)}`}
        onKeyDown={onKeyDown}
        data-testid="run-graph"
      >
        <div role="rowgroup" className="runhead">
          <div role="row" aria-rowindex={1}>
            <span role="columnheader" aria-colindex={1}>
              {words.runOrCall}
            </span>
            <span role="columnheader" aria-colindex={2} className="end">
              {words.columns.calls}
            </span>
            <span role="columnheader" aria-colindex={3} className="axis" style={{ width }}>
              {marks.map((ms, n) => (
                <span key={n} className="figures" style={{ left: (ms - view.from) * scale }}>
                  {span > 172_800_000 ? instant(ms, zone).slice(0, 10) : clock(Math.round(ms), zone)}
                </span>
              ))}
            </span>
          </div>
        </div>
        <div role="rowgroup" className="runbody" style={{ height: virtual.getTotalSize() }}>
          {virtual.getVirtualItems().map((item) => {
            const line = shown[item.index];
            if (line === undefined) return null;
            return (
              // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus
              <div
                key={item.index}
                id={`${prefix}-${String(item.index)}`}
                role="row"
                aria-level={line.depth + 1}
                aria-rowindex={item.index + 2}
                aria-expanded={line.call === null && line.children ? line.open : undefined}
                aria-selected={line.call !== null && tree.calls.id[line.call] === record}
                className={["runline", item.index === at ? "current" : "", line.call === null ? "" : "call", line.run === tree.asked && line.call === null ? "asked" : ""].join(" ")}
                style={{ transform: `translateY(${String(item.start)}px)`, height: density }}
                onClick={() => {
                  setCursor(item.index);
                  act(line);
                }}
                data-testid={line.call === null ? "run-line" : "run-call"}
              >
                <span role="gridcell" aria-colindex={1} className="runname" style={{ paddingLeft: 24 + Math.min(line.depth, 14) * 14 }}>
                  <Name loaded={loaded} line={line} onTurn={() => { turn(line.run, !line.open); }} />
                </span>
                <span role="gridcell" aria-colindex={2} className="end figures">
                  {line.call === null ? count(line.open ? (tree.runs.calls[line.run] ?? 0) : (loaded.below[line.run] ?? 0)) : <GradeMark grade={word(loaded, tree.calls.grade[line.call])} />}
                </span>
                <span role="gridcell" aria-colindex={3}>
                  <Bar loaded={loaded} line={line} view={view} width={width} height={density} />
                </span>
              </div>
            );
          })}
        </div>
      </div>
    </>
  );
}

const word = (loaded: Loaded, at: number | undefined): string | null => (at === undefined || at < 0 ? null : (loaded.tree.words[at] ?? null));

function Name({ loaded, line, onTurn }: { loaded: Loaded; line: Line; onTurn: () => void }) {
  const { runs, calls } = loaded.tree;
  if (line.call !== null) {
    const outcome = word(loaded, calls.outcome[line.call]) ?? "unknown";
    return (
      <>
        <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true" className={outcome === "success" ? "calldot" : "calldot bad"}>
          {outcome === "success" ? <circle cx="4" cy="4" r="2.5" fill="currentColor" /> : <path d="m1 1 6 6M7 1 1 7" stroke="currentColor" strokeWidth="1.6" />}
        </svg>
        <span className="clip">
          {word(loaded, calls.action[line.call]) ?? "–"} <span className="quiet">{word(loaded, calls.resource[line.call]) ?? ""}</span>
        </span>
        {outcome === "success" ? null : <span className="bad">{strings.outcome[outcome] ?? outcome}</span>}
      </>
    );
  }
  const agent = word(loaded, runs.agent[line.run]);
  const ending = word(loaded, runs.ending[line.run]) ?? "";
  const hidden = (loaded.spawned[line.run] ?? 1) - 1;
  return (
    <>
      {line.children ? (
        <button
          type="button"
          tabIndex={-1}
          className="turn"
          aria-label={line.open ? words.closeRun : words.openRun}
          onClick={(event) => {
            event.stopPropagation();
            onTurn();
          }}
        >
          <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true" className={line.open ? "turned" : undefined}>
            <path d="m2 1 4 3-4 3z" fill="currentColor" />
          </svg>
        </button>
      ) : (
        <span className="turn" />
      )}
      <PrincipalMark kind={agent === null ? "unknown" : "agent"} label={agent ?? words.agentUnknown} />
      <span className="mono quiet nowrap">{(runs.id[line.run] ?? "").slice(0, 8)}</span>
      {!line.open && hidden > 0 ? <span className="tag">{words.hidden(hidden)}</span> : null}
      {ending === "person" || ending === "trigger" ? null : (
        <span className="tag bad" title={words.endings[ending] ?? ending}>
          {words.refused}
        </span>
      )}
    </>
  );
}

/** A run from its first to its last moment, hatched where it names nobody; its calls as ticks, those of closed runs with it. */
function Bar({ loaded, line, view, width, height }: { loaded: Loaded; line: Line; view: Span; width: number; height: number }) {
  const { runs, calls } = loaded.tree;
  const scale = width / (view.to - view.from);
  const x = (ms: number) => (ms - view.from) * scale;
  if (line.call !== null) {
    const at = calls.at[line.call] ?? null;
    if (at === null || at < view.from || at > view.to) return <Outside before={at !== null && at < view.from} width={width} height={height} none={at === null} />;
    const good = word(loaded, calls.outcome[line.call]) === "success";
    const [cx, cy] = [x(at), height / 2];
    return (
      <svg width={width} height={height} aria-hidden="true" className="runsvg">
        {good ? <circle cx={cx} cy={cy} r={3.5} className="tickdot" /> : <path d={`M${String(cx - 3.5)} ${String(cy - 3.5)}l7 7m0-7-7 7`} className="tickbad" />}
      </svg>
    );
  }
  const [from, to] = [runs.from[line.run] ?? null, runs.to[line.run] ?? null];
  const ending = word(loaded, runs.ending[line.run]) ?? "";
  const named = ending === "person" || ending === "trigger";
  const of = function* () {
    const last = line.open ? line.run : line.run + (loaded.spawned[line.run] ?? 1) - 1;
    for (let run = line.run; run <= last; run += 1)
      for (const call of loaded.callsOf[run] ?? []) {
        const at = calls.at[call];
        if (at !== null && at !== undefined) yield at;
      }
  };
  if (from !== null && to !== null && (to < view.from || from > view.to)) return <Outside before={to < view.from} width={width} height={height} none={false} />;
  const top = height / 2 - 5;
  const [left, right] = [Math.max(0, x(from ?? view.to + 1)), Math.min(width, x(to ?? view.from - 1))];
  return (
    <svg width={width} height={height} aria-hidden="true" className="runsvg">
      {from === null || to === null || right < 0 || left > width ? null : <rect x={left} y={top} width={Math.max(2, right - left)} height={10} rx={1.5} className={named ? "runspan" : "runspan refused"} />}
      <path d={ticks(of(), view, width, top + 1, 8)} className="runticks" />
    </svg>
  );
}

/** Nothing of it is in view: an arrow says on which side it lies. */
function Outside({ before, width, height, none }: { before: boolean; width: number; height: number; none: boolean }) {
  const x = before ? 2 : width - 2;
  const tip = before ? 5 : -5;
  return (
    <svg width={width} height={height} aria-hidden="true" className="runsvg">
      {none ? null : <path className="outside" d={`M${String(x + tip)} ${String(height / 2 - 4)}L${String(x)} ${String(height / 2)}l${String(tip)} 4`} />}
    </svg>
  );
}
