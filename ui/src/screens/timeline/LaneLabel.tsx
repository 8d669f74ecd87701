import type { PersonRow } from "../../bindings/PersonRow";
import { PrincipalMark } from "../../design/marks";
import { count } from "../../format/number";
import { strings } from "../../strings";
import type { Lane } from "./lanes";

const words = strings.timeline;

/** A short form of a run's id that still tells it from its neighbours. */
const short = (id: string): string => (id.length > 12 ? id.slice(0, 8) : id);

/** Where not all calls came singly, the number that the engine counted; null where it counted none for this lane. */
function known(lane: Lane, person: PersonRow): number | null {
  if (lane.kind === "own") return person.own;
  return lane.kind === "run" && lane.open ? lane.run.calls : null;
}

/** The left end of a lane: who or what it belongs to. */
export function LaneLabel({ lane, person, partial, toggle }: { lane: Lane; person: PersonRow; partial: boolean; toggle: (run: string) => void }) {
  const number = lane.kind === "heading" ? null : partial ? known(lane, person) : lane.marks.length;
  const calls = <span className="figures quiet">{number === null ? "" : count(number)}</span>;
  switch (lane.kind) {
    case "own":
      return (
        <li className="lane own">
          <PrincipalMark kind="human" label={person.name ?? person.shown} />
          {calls}
        </li>
      );
    case "heading":
      return <li className="lane heading">{lane.heading === "agents" ? words.agents : words.targets}</li>;
    case "run":
      return (
        <li className="lane run" style={{ paddingLeft: 12 + lane.depth * 14 }}>
          {lane.children > 0 ? (
            <button
              type="button"
              className="fold"
              aria-expanded={lane.open}
              aria-label={lane.open ? words.close(short(lane.run.id)) : words.open(short(lane.run.id))}
              onClick={() => {
                toggle(lane.run.id);
              }}
            >
              <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true" className={lane.open ? "turned" : undefined}>
                <path d="m2 1 4 3-4 3z" fill="currentColor" />
              </svg>
            </button>
          ) : (
            <span className="fold" />
          )}
          <PrincipalMark kind={lane.run.agent === null ? "unknown" : "agent"} label={lane.run.agent ?? words.unknownAgent} />
          <span className="mono quiet" title={lane.run.id}>
            {short(lane.run.id)}
          </span>
          {lane.children > 0 && !lane.open ? <span className="tag">{words.spawned(lane.children)}</span> : null}
          {calls}
        </li>
      );
    case "runless":
      return (
        <li className="lane run">
          <span className="fold" />
          <PrincipalMark kind={lane.agent === null ? "unknown" : "agent"} label={lane.agent ?? words.unknownAgent} />
          <span className="quiet clip">{words.runless}</span>
          {calls}
        </li>
      );
    case "target":
      return (
        <li className="lane target">
          <PrincipalMark kind="service" label={lane.target} />
          {calls}
        </li>
      );
  }
}
