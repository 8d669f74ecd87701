import { Link } from "@tanstack/react-router";
import type { Who } from "../bindings/Who";
import { strings } from "../strings";

const words = strings.drawer;

/** The questions that arise from a call, each filled in with what the call says. */
export function AskOn({ who }: { who: Who }) {
  if (who.kind !== "call") return null;
  const person = who.human?.shown;
  return (
    <section>
      <h3>{words.ask}</h3>
      <p className="askon">
        {person === undefined || who.action === null || who.resource === null || who.time === null ? null : (
          <Link to="/authorization" search={{ user: person, action: who.action, resource: who.resource, at: who.time, record: who.id }} className="plain" data-testid="ask-allowed">
            {words.asks.allowed}
          </Link>
        )}
        {who.resource === null ? null : (
          <Link to="/record" search={{ resource: who.resource, record: who.id }} className="plain" data-testid="ask-touched">
            {words.asks.touched}
          </Link>
        )}
        {who.run === null ? null : (
          <Link to="/runs" search={{ run: who.run, record: who.id }} className="plain" data-testid="ask-run">
            {words.asks.run}
          </Link>
        )}
        {who.wire === null ? null : (
          <Link to="/people" search={{ account: who.wire, record: who.id }} className="plain" data-testid="ask-account">
            {words.asks.account}
          </Link>
        )}
        {who.agent === null ? null : (
          <Link to="/agents" search={{ agent: who.agent, record: who.id }} className="plain">
            {words.asks.agent}
          </Link>
        )}
        {person === undefined ? null : (
          <Link to="/timeline" search={{ person, record: who.id }} className="plain">
            {words.asks.timeline}
          </Link>
        )}
      </p>
    </section>
  );
}
