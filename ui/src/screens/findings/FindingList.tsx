import { type KeyboardEvent, useEffect, useId, useRef } from "react";
import type { FindingRow } from "../../bindings/FindingRow";
import { SeverityMark } from "../../design/marks";
import { count } from "../../format/number";
import { strings } from "../../strings";
import type { Group } from "./groups";

const words = strings.findingsPage;

type Props = {
  groups: Group[];
  by: "rule" | "family";
  selected: string | undefined;
  step: (by: number) => void;
  open: (id: string) => void;
};

/** Findings under their rule or family; the list holds the focus and points at the one selected. */
export function FindingList({ groups, by, selected, step, open }: Props) {
  const prefix = useId();
  const list = useRef<HTMLDivElement>(null);
  const all = groups.flatMap((group) => group.rows);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [selected]);
  const onKeyDown = (event: KeyboardEvent) => {
    const ends = { Home: -all.length, End: all.length, ArrowDown: 1, ArrowUp: -1, PageDown: 8, PageUp: -8 } as Record<string, number>;
    const by = ends[event.key];
    const first = all[0];
    if (by !== undefined) step(by);
    else if (event.key === "Enter" && selected === undefined && first !== undefined) open(first.id);
    else if (event.key === "Enter") document.getElementById("finding-detail")?.focus();
    else return;
    event.preventDefault();
  };
  return (
    <div
      ref={list}
      className="findinglist"
      role="listbox"
      tabIndex={0}
      aria-label={words.list}
      aria-activedescendant={all.some((row) => row.id === selected) ? `${prefix}-${selected ?? ""}` : undefined}
      onKeyDown={onKeyDown}
      data-testid="findings"
    >
      {groups.map((group) => (
        <div key={group.key} role="group" aria-labelledby={`${prefix}-group-${group.key}`}>
          <div className="grouphead" id={`${prefix}-group-${group.key}`} role="presentation">
            {by === "rule" ? (
              <>
                <span className="mono">{group.key}</span> <span className="clip">{group.rows[0]?.title}</span>
              </>
            ) : (
              <span>{strings.family[group.key] ?? group.key}</span>
            )}
            <span className="figures quiet">{strings.calls(group.calls)}</span>
          </div>
          {group.rows.map((row) => (
            // eslint-disable-next-line jsx-a11y/click-events-have-key-events, jsx-a11y/interactive-supports-focus -- keys are the list's own
            <div
              key={row.id}
              id={`${prefix}-${row.id}`}
              role="option"
              aria-selected={row.id === selected}
              className="findingrow"
              onClick={() => {
                open(row.id);
              }}
              data-testid="finding-row"
              data-finding={row.id}
            >
              <SeverityMark severity={row.severity} word={false} />
              <span className="what">
                {by === "family" ? (
                  <span className="clip">
                    <span className="mono quiet">{row.rule}</span> {row.title}
                  </span>
                ) : null}
                <span className={by === "family" ? "clip second" : "clip"}>{row.cause}</span>
              </span>
              <Marks row={row} />
              <span className="figures second">{count(row.calls)}</span>
            </div>
          ))}
        </div>
      ))}
    </div>
  );
}

function Marks({ row }: { row: FindingRow }) {
  return (
    <span className="rowmarks">
      {row.potential_critical ? (
        <span className="tag bad" title={words.potentialCritical}>
          {words.secondSignature}
        </span>
      ) : null}
      {row.design_fact ? <span className="tag">{words.designFact}</span> : null}
      <span className="quiet">{strings.confidence[row.confidence] ?? row.confidence}</span>
    </span>
  );
}
