import { Link } from "@tanstack/react-router";
import type { RefusalCount } from "../../bindings/RefusalCount";
import type { SourceCoverage } from "../../bindings/SourceCoverage";
import { StackBar } from "../../design/marks";
import { count } from "../../format/number";
import { millis, period } from "../../format/time";
import { useZone } from "../../state/preferences";
import { strings } from "../../strings";

const words = strings.overview;

/** What to ask for next: the evidence that would settle most calls first. */
export function Requests({ refusals }: { refusals: RefusalCount[] }) {
  if (refusals.length === 0) return null;
  const ranked = [...refusals].sort((a, b) => b.calls - a.calls);
  return (
    <section className="panel" aria-labelledby="requests">
      <h2 id="requests">{words.requests}</h2>
      <p className="quiet">{words.requestsHelp}</p>
      <table className="table requests" data-testid="requests">
        <thead>
          <tr>
            <th scope="col">{words.askFor}</th>
            <th scope="col">{words.because}</th>
            <th scope="col" className="num">
              {words.mayResolve}
            </th>
          </tr>
        </thead>
        <tbody>
          {ranked.map((row) => (
            <tr key={row.refusal}>
              <th scope="row">{row.settled_by}</th>
              <td className="second">
                {row.words} <span className="tag">{row.refusal}</span>
              </td>
              <td className="num">
                <Link to="/calls" search={{ filter: row.refusal === "R6" ? "contradicted" : "refused" }} className="plain">
                  {strings.calls(row.calls)}
                </Link>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** How far attribution reaches in each source. */
export function BySource({ sources }: { sources: SourceCoverage[] }) {
  const zone = useZone();
  return (
    <section className="panel" aria-labelledby="bysource">
      <h2 id="bysource">{words.bySource}</h2>
      <table className="table">
        <thead>
          <tr>
            <th scope="col">{words.source}</th>
            <th scope="col" className="num">
              {strings.nav.calls}
            </th>
            <th scope="col" className="wide">
              <span className="hidden-but-read">{words.who}</span>
            </th>
            <th scope="col" className="num">
              {words.attributed}
            </th>
            <th scope="col" className="num">
              {words.supported}
            </th>
            <th scope="col" className="num">
              {words.refused}
            </th>
            <th scope="col" className="num">
              {words.contradicted}
            </th>
            <th scope="col" className="num">
              {words.automation}
            </th>
            <th scope="col">{words.period}</th>
          </tr>
        </thead>
        <tbody>
          {sources.map((row) => {
            const first = millis(row.first);
            const last = millis(row.last);
            return (
              <tr key={row.source}>
                <th scope="row" className="mono">
                  {row.source}
                </th>
                <td className="num">{count(row.calls)}</td>
                <td className="wide">
                  <StackBar
                    total={row.calls}
                    parts={[
                      { ink: "strong", value: row.attributed },
                      { ink: "supported", value: row.supported },
                      { ink: "refused", value: row.refused },
                      { ink: "contradicted", value: row.contradicted },
                      { ink: "automation", value: row.automation },
                    ]}
                  />
                </td>
                <td className="num">{count(row.attributed)}</td>
                <td className="num">{count(row.supported)}</td>
                <td className="num">{count(row.refused)}</td>
                <td className={row.contradicted > 0 ? "num bad" : "num quiet"}>{count(row.contradicted)}</td>
                <td className="num quiet">{count(row.automation)}</td>
                <td className="nowrap second">{first === null || last === null ? "–" : period(first, last, zone)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </section>
  );
}
