import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Overview as OverviewData } from "../../bindings/Overview";
import { SeverityMark } from "../../design/marks";
import { Empty, Failure, Loading } from "../../design/states";
import { count } from "../../format/number";
import { millis, period } from "../../format/time";
import { useZone } from "../../state/preferences";
import { ask } from "../../state/queries";
import { strings } from "../../strings";
import { Calendar } from "./Calendar";
import { Figures } from "./Figures";
import { PatternMatrix } from "./PatternMatrix";
import { Questions } from "./Questions";
import { BySource, Requests } from "./Reach";
import "./overview.css";

const words = strings.overview;

/** The first screen of a case: how far attribution reaches, and what is worst. */
export function Overview() {
  const { data, error, isPending, refetch } = useQuery(ask.overview());
  const zone = useZone();
  const first = millis(data?.first);
  const last = millis(data?.last);
  return (
    <>
      <header>
        <h1>{words.title}</h1>
        {first === null || last === null ? null : <p className="second">{period(first, last, zone)}</p>}
      </header>
      {isPending ? <Loading what={words.loading} rows={9} /> : null}
      {error === null ? null : <Failure error={error} retry={() => void refetch()} />}
      {data === undefined ? null : data.coverage.calls === 0 ? (
        <Empty
          title={words.empty}
          actions={
            <Link to="/evidence" className="button first">
              {words.toEvidence}
            </Link>
          }
        >
          <p>{words.emptyBody}</p>
        </Empty>
      ) : (
        <div className="overview">
          <Cautions cautions={data.cautions} />
          <Figures data={data} />
          <Questions data={data} />
          <div className="columns">
            <Calendar days={data.days} />
            <Worst data={data} />
          </div>
          <Requests refusals={data.coverage.by_refusal} />
          <PatternMatrix cells={data.patterns} />
          <BySource sources={data.coverage.by_source} />
        </div>
      )}
    </>
  );
}

function Cautions({ cautions }: { cautions: string[] }) {
  if (cautions.length === 0) return null;
  return (
    <section className="cautions" aria-labelledby="cautions">
      <h2 id="cautions">{words.cautions}</h2>
      <ul>
        {cautions.map((caution) => (
          <li key={caution}>{caution}</li>
        ))}
      </ul>
    </section>
  );
}

function Worst({ data }: { data: OverviewData }) {
  return (
    <section className="panel" aria-labelledby="worst">
      <div className="panelhead">
        <h2 id="worst">{words.worst}</h2>
        <Link to="/findings" className="plain">
          {words.allFindings}
        </Link>
      </div>
      {data.worst.length === 0 ? <p className="second">{words.noWorst}</p> : null}
      <ol className="worst">
        {data.worst.map((row) => (
          <li key={row.id}>
            <Link to="/findings" search={{ finding: row.id }} data-testid="worst-finding">
              <SeverityMark severity={row.severity} />
              <span className="clip">
                <span className="mono quiet">{row.rule}</span> {row.title}
                <span className="quiet"> · {row.cause}</span>
              </span>
              <span className="figures second">{count(row.calls)}</span>
            </Link>
          </li>
        ))}
      </ol>
    </section>
  );
}
