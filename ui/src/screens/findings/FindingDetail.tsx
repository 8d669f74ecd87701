import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import type { FindingDetail as Detail } from "../../bindings/FindingDetail";
import type { Instance } from "../../bindings/Instance";
import { Button } from "../../design/Button";
import { SeverityMark } from "../../design/marks";
import { Failure, Loading } from "../../design/states";
import { When } from "../../design/When";
import { count } from "../../format/number";
import { ask } from "../../state/queries";
import { useRecord } from "../../state/record";
import { strings } from "../../strings";

const words = strings.findingsPage;
const SHOWN_INSTANCES = 8;
const SHOWN_CALLS = 6;

/** One finding in full, as it will stand in the report. */
export function FindingDetail({ id, onClose }: { id: string; onClose: () => void }) {
  const { data, error, isPending, refetch } = useQuery(ask.finding(id));
  return (
     
    <article className="detail" id="finding-detail" role="region" aria-label={data?.row.title ?? id} tabIndex={0} data-testid="finding-detail">
      {isPending ? <Loading what={words.detailLoading} /> : null}
      {error === null ? null : <Failure error={error} retry={() => void refetch()} />}
      {data === undefined ? null : <Full detail={data} onClose={onClose} />}
    </article>
  );
}

function Full({ detail, onClose }: { detail: Detail; onClose: () => void }) {
  const { row } = detail;
  return (
    <>
      <header className="detailhead">
        <div>
          <p className="detailmarks">
            <SeverityMark severity={row.severity} />
            <span className="second">{strings.confidence[row.confidence] ?? row.confidence}</span>
            {row.potential_critical ? <span className="tag bad">{words.potentialCritical}</span> : null}
            {row.unrated ? (
              <span className="tag" title={words.unratedHelp}>
                {words.unrated}
              </span>
            ) : null}
            {row.design_fact ? <span className="tag">{words.designFact}</span> : null}
          </p>
          <h2>{row.title}</h2>
          <p className="second">{row.cause}</p>
        </div>
        <Button look="bare" size="icon" aria-label={words.close} onPress={onClose} testid="finding-close">
          <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
            <path d="m2 2 8 8M10 2 2 10" stroke="currentColor" strokeWidth="1.5" />
          </svg>
        </Button>
      </header>
      <dl className="vitals figures">
        <div>
          <dt>{words.callsOf}</dt>
          <dd>{count(row.calls)}</dd>
        </div>
        <div>
          <dt>{words.instances}</dt>
          <dd>{count(row.instances)}</dd>
        </div>
        <div>
          <dt>{words.first}</dt>
          <dd>
            <When at={row.first} only="minute" />
          </dd>
        </div>
        <div>
          <dt>{words.last}</dt>
          <dd>
            <When at={row.last} only="minute" />
          </dd>
        </div>
      </dl>
      <section>
        <h3>{words.condition}</h3>
        <p>{detail.condition}</p>
      </section>
      <section>
        <h3>{words.effect}</h3>
        <p>{detail.effect}</p>
      </section>
      <section>
        <h3>{words.recommendation}</h3>
        <p>{detail.recommendation}</p>
      </section>
      <section>
        <h3>
          {words.instances} <span className="quiet figures">{count(row.instances)}</span>
        </h3>
        <Instances instances={detail.instances} />
      </section>
      <section>
        <h3>{words.against}</h3>
        {detail.against.length === 0 ? <p className="second">{words.nothingAgainst}</p> : null}
        <ul className="dashes">
          {detail.against.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </section>
      <section>
        <h3>{words.criteria}</h3>
        <ul className="criteria">
          {detail.criteria.map((criterion) => (
            <li key={`${criterion.framework} ${criterion.clause}`}>
              <p>
                <strong>
                  {criterion.framework} {criterion.clause}
                </strong>{" "}
                {criterion.title} <span className="tag">{words.strength[criterion.strength] ?? criterion.strength}</span>
              </p>
              <p className="second">{criterion.demands}</p>
              {criterion.precondition === "" ? null : (
                <p className="quiet">
                  {words.precondition}: {criterion.precondition}
                </p>
              )}
            </li>
          ))}
        </ul>
      </section>
      <section>
        <dl className="facts">
          <dt>{words.population}</dt>
          <dd>{detail.population}</dd>
          <dt>{words.severityBecause}</dt>
          <dd>{detail.severity_reason}</dd>
          <dt>{words.confidenceBecause}</dt>
          <dd>{detail.confidence_reason}</dd>
        </dl>
        <p className="quiet">{words.rule(row.rule, detail.rule_version)}</p>
      </section>
    </>
  );
}

function Instances({ instances }: { instances: Instance[] }) {
  const [all, setAll] = useState(false);
  const shown = all ? instances : instances.slice(0, SHOWN_INSTANCES);
  return (
    <>
      <ol className="instances">
        {shown.map((instance) => (
          <li key={instance.id}>
            <p>{instance.sentence}</p>
            <p className="quiet subject">
              {(["principal", "agent", "tool", "token", "run"] as const).map((name) =>
                instance[name] === null ? null : (
                  <span key={name}>
                    {words.subject[name]} <span className="mono">{instance[name]}</span>
                  </span>
                ),
              )}
            </p>
            <CallLinks events={instance.events} />
          </li>
        ))}
      </ol>
      {instances.length > shown.length ? (
        <Button
          onPress={() => {
            setAll(true);
          }}
        >
          {words.more(instances.length - shown.length)}
        </Button>
      ) : null}
    </>
  );
}

function CallLinks({ events }: { events: string[] }) {
  const { record, openRecord } = useRecord();
  const [all, setAll] = useState(false);
  const shown = all ? events : events.slice(0, SHOWN_CALLS);
  return (
    <ul className="calllinks" aria-label={words.callsOf}>
      {shown.map((id) => (
        <li key={id}>
          <button
            type="button"
            className="mono"
            aria-pressed={id === record}
            title={id}
            onClick={() => {
              openRecord(id);
            }}
            data-testid="finding-call"
          >
            {id}
          </button>
        </li>
      ))}
      {events.length > shown.length ? (
        <li>
          <button
            type="button"
            onClick={() => {
              setAll(true);
            }}
          >
            {words.more(events.length - shown.length)}
          </button>
        </li>
      ) : null}
    </ul>
  );
}
