import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { Overview } from "../../bindings/Overview";
import { type Ink, StackBar, Swatch } from "../../design/marks";
import { count, percent } from "../../format/number";
import { strings } from "../../strings";

const words = strings.overview;

/** The figures of a case. None is folded into another, and each opens what it counts. */
export function Figures({ data }: { data: Overview }) {
  const { coverage } = data;
  const of = coverage.requiring_person;
  const highCalls = data.findings_by_severity.filter((row) => row.severity === "high" || row.severity === "critical").reduce((sum, row) => sum + row.calls, 0);
  return (
    <section className="figuresheet" aria-labelledby="who-caused">
      <div className="lead">
        <Link to="/calls" search={{ filter: "all" }} className="figure total" data-testid="figure-calls">
          <span className="name">{words.inScope}</span>
          <strong>{count(coverage.calls)}</strong>
          <span className="help">
            <Swatch ink="automation" /> {words.automation} {count(coverage.automation)}
          </span>
        </Link>
        <div className="grades">
          <h2 id="who-caused">
            {words.who} <span className="quiet">{words.whoOf(of)}</span>
          </h2>
          <StackBar
            thick
            total={of}
            parts={[
              { ink: "strong", value: coverage.attributed },
              { ink: "supported", value: coverage.supported },
              { ink: "refused", value: coverage.refused },
              { ink: "contradicted", value: coverage.contradicted },
            ]}
          />
          <div className="gradefigures">
            <Grade ink="strong" filter="attributed" name={words.attributed} help={words.attributedHelp} value={coverage.attributed} of={of} />
            <Grade ink="supported" filter="supported" name={words.supported} help={words.supportedHelp} value={coverage.supported} of={of} />
            <Grade ink="refused" filter="refused" name={words.refused} help={words.refusedHelp} value={coverage.refused} of={of} />
            <Grade ink="contradicted" filter="contradicted" name={words.contradicted} help={words.contradictedHelp} value={coverage.contradicted} of={of} />
          </div>
        </div>
      </div>
      <div className="rest">
        <Share filter="decided_on_person" name={words.decided} value={data.decided_on_person} of={data.decided} help={words.decidedHelp(data.decided)} />
        <Share filter="both_principals" name={words.both} value={data.both_principals} of={data.agent_calls} help={words.ofAgent(data.agent_calls)} />
        <Share filter="run_on_record" name={words.run} value={data.run_on_record} of={data.agent_calls} help={words.ofAgent(data.agent_calls)} />
        <Link to="/findings" search={{ severity: ["critical", "high"] }} className="figure" data-testid="figure-open-high">
          <span className="name">{words.openHigh}</span>
          <strong className={data.open_high > 0 ? "alarm" : undefined}>{count(data.open_high)}</strong>
          <StackBar total={coverage.calls} parts={[{ ink: "contradicted", value: highCalls }]} />
          <span className="help">{words.openHighHelp(highCalls)}</span>
        </Link>
      </div>
    </section>
  );
}

function Grade({ ink, filter, name, help, value, of }: { ink: Ink; filter: string; name: ReactNode; help: string; value: number; of: number }) {
  return (
    <Link to="/calls" search={{ filter }} className="figure" data-testid={`figure-${filter}`}>
      <span className="name">
        <Swatch ink={ink} /> {name}
      </span>
      <span className="value">
        <strong>{count(value)}</strong> <span className="second">{percent(value, of)}</span>
      </span>
      <span className="help">{help}</span>
    </Link>
  );
}

function Share({ filter, name, value, of, help }: { filter: string; name: string; value: number; of: number; help: string }) {
  return (
    <Link to="/calls" search={{ filter }} className="figure" data-testid={`figure-${filter}`}>
      <span className="name">{name}</span>
      <span className="value">
        <strong>{count(value)}</strong> <span className="second">{percent(value, of)}</span>
      </span>
      <StackBar total={of} parts={[{ ink: "strong", value }]} />
      <span className="help">{help}</span>
    </Link>
  );
}
