import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { Input, Label, TextArea, TextField, ToggleButton, ToggleButtonGroup } from "react-aria-components";
import type { Authorized } from "../../bindings/Authorized";
import type { Holder } from "../../bindings/Holder";
import { Button } from "../../design/Button";
import { PrincipalMark, principalKind } from "../../design/marks";
import { Empty, Failure, Loading } from "../../design/states";
import { count } from "../../format/number";
import { instant } from "../../format/time";
import { writeFilters } from "../../grid/filters";
import { Suggest } from "../../grid/Suggest";
import type { AuthorizationSearch } from "../../state/address";
import { useZone } from "../../state/preferences";
import { ask } from "../../state/queries";
import { useRecord } from "../../state/record";
import { strings } from "../../strings";
import { cutAtRecord, readMoment, readWith, verdict } from "./asked";
import "./authorization.css";

const words = strings.authorizationPage;

/** Was X allowed to do A on R at T, and on whose rights was it decided; or who could have. */
export function Authorization() {
  const search = useSearch({ from: "/authorization" });
  const navigate = useNavigate({ from: "/authorization" });
  const overview = useQuery(ask.overview());
  const who = search.ask === "who";
  const set = (change: { [K in keyof AuthorizationSearch]?: AuthorizationSearch[K] | undefined }) => {
    void navigate({ search: (now) => ({ ...now, ...change }) as never });
  };
  return (
    <>
      <header>
        <h1>{words.title}</h1>
        <div className="actions">
          <ToggleButtonGroup
            className="switch"
            aria-label={words.kind}
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[who ? "who" : "was"]}
            onSelectionChange={(keys) => {
              set({ ask: keys.has("who") ? "who" : undefined });
            }}
          >
            <ToggleButton id="was">{words.was}</ToggleButton>
            <ToggleButton id="who">{words.whoCan}</ToggleButton>
          </ToggleButtonGroup>
        </div>
      </header>
      <div className="askpane">
        {overview.isPending ? null : <AskForm key={JSON.stringify([search, who])} search={search} who={who} last={overview.data?.last ?? null} onAsk={set} />}
        <div className="answerbox" role="region" aria-label={words.answer} tabIndex={0}>
          {who ? <WhoCan search={search} /> : <WasAllowed search={search} />}
        </div>
      </div>
    </>
  );
}

function AskForm({ search, who, last, onAsk }: { search: AuthorizationSearch; who: boolean; last: string | null; onAsk: (asked: AuthorizationSearch) => void }) {
  const [user, setUser] = useState(search.user ?? "");
  const [action, setAction] = useState(search.action ?? "");
  const [resource, setResource] = useState(search.resource ?? "");
  const [at, setAt] = useState(search.at ?? last ?? "");
  const [context, setContext] = useState(search.with ?? "");
  const moment = readMoment(at);
  const ready = (who || user.trim() !== "") && action.trim() !== "" && resource.trim() !== "" && moment !== null;
  return (
    <form
      className="askform"
      aria-label={who ? words.whoCan : words.was}
      onSubmit={(event) => {
        event.preventDefault();
        if (ready) onAsk({ ...(who ? {} : { user: user.trim() }), action: action.trim(), resource: resource.trim(), at: moment, ...(context.trim() === "" ? {} : { with: context.trim() }) });
      }}
    >
      {who ? null : <Suggest label={words.person} column="human" value={user} onChange={setUser} placeholder={words.personPlaceholder} testid="ask-user" />}
      <Suggest label={words.action} column="action" value={action} onChange={setAction} placeholder={words.actionPlaceholder} testid="ask-action" />
      <Suggest label={words.resource} column="resource" value={resource} onChange={setResource} placeholder={words.resourcePlaceholder} testid="ask-resource" />
      <TextField className="field" value={at} onChange={setAt} isInvalid={at !== "" && moment === null}>
        <Label>{words.at}</Label>
        <Input className="input figures" data-testid="ask-at" />
        <p className={at !== "" && moment === null ? "bad" : "quiet"}>{at !== "" && moment === null ? words.noTime : words.atHelp}</p>
      </TextField>
      <TextField className="field" value={context} onChange={setContext}>
        <Label>{words.context}</Label>
        <TextArea className="input area" rows={3} data-testid="ask-with" />
        <p className="quiet">{words.contextHelp}</p>
      </TextField>
      <Button type="submit" look="first" isDisabled={!ready} testid="ask-submit">
        {words.ask}
      </Button>
    </form>
  );
}

function Reason({ text }: { text: string }) {
  const { openRecord } = useRecord();
  const { before, id, after } = cutAtRecord(text);
  if (id === null) return <>{text}</>;
  return (
    <>
      {before}
      <button
        type="button"
        className="recordlink mono"
        onClick={() => {
          openRecord(id);
        }}
      >
        {id}
      </button>
      {after}
    </>
  );
}

function AnswerMark({ answer }: { answer: string }) {
  return (
    <span className={`answermark ${answer}`}>
      <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.8" aria-hidden="true">
        {answer === "yes" ? <path d="m3 8.5 3.3 3.300L13 4.8" /> : answer === "no" ? <path d="m4 4 8 8m0-8-8 8" /> : <circle cx="8" cy="8" r="5.5" strokeDasharray="2.6 2" />}
      </svg>
      {words.answers[answer] ?? answer}
    </span>
  );
}

function WasAllowed({ search }: { search: AuthorizationSearch }) {
  const { user, action, resource, at } = search;
  const complete = user !== undefined && action !== undefined && resource !== undefined && at !== undefined;
  const asked = { user: user ?? "", action: action ?? "", resource: resource ?? "", at: at ?? "", with: readWith(search.with ?? "") };
  const { data, error, isFetching, refetch } = useQuery({ ...ask.authorized({ ...asked, with: asked.with.map(([name, value]) => `${name}=${value}`) }), enabled: complete });
  if (!complete)
    return (
      <Empty title={words.start}>
        <p>{words.startBody}</p>
      </Empty>
    );
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined || isFetching) return <Loading what={words.asking} rows={5} />;
  return <Answer data={data} asked={asked} />;
}

function Answer({ data, asked }: { data: Authorized; asked: { user: string; action: string; resource: string; at: string } }) {
  const zone = useZone();
  const { openRecord } = useRecord();
  const said = verdict(data.answer, data.agent?.answer ?? null);
  const decided = data.decision;
  const cited = data.bases.flatMap((basis) => basis.records.map((record) => ({ ...record, basis: basis.basis })));
  return (
    <article className="answer" data-testid="authorized-answer">
      <h2>{words.sentence(data.answer, data.user, asked.action, asked.resource, instant(Date.parse(asked.at), zone))}</h2>
      <p className={`verdict ${said}`} data-testid="authorized-verdict">
        <strong>{words.verdicts[said]}</strong> {words.verdictHelp[said]}
      </p>
      <div className="columns3">
        <section>
          <h3>{words.personRight}</h3>
          <p>
            <PrincipalMark kind="human" label={data.user} />
          </p>
          <AnswerMark answer={data.answer} />
        </section>
        <section>
          <h3>{words.decision}</h3>
          {decided === null ? (
            <p className="second">{words.noDecision}</p>
          ) : (
            <>
              <p>{words.decided(decided.effect)}</p>
              <p className="second">{decided.evaluated.length === 0 ? words.noSubjects : words.evaluated(decided.evaluated.join(", "))}</p>
              <button
                type="button"
                className="recordlink mono"
                onClick={() => {
                  openRecord(decided.event);
                }}
              >
                {decided.event}
              </button>
            </>
          )}
        </section>
        <section>
          <h3>{words.agentRight}</h3>
          {data.agent === null ? (
            <p className="second">{words.noAgent}</p>
          ) : (
            <>
              <p>
                <PrincipalMark kind="agent" label={data.agent.id} />
              </p>
              <AnswerMark answer={data.agent.answer} />
            </>
          )}
        </section>
      </div>
      <section>
        <h3>{data.answer === "unanswerable" ? words.missing : words.because}</h3>
        <ul className="reasons" data-testid="authorized-because">
          {data.because.map((reason) => (
            <li key={reason}>
              <Reason text={reason} />
            </li>
          ))}
        </ul>
      </section>
      {cited.length === 0 ? null : (
        <section>
          <h3>{words.records}</h3>
          <ul className="reasons" data-testid="authorized-records">
            {cited.map((each) => (
              <li key={`${each.basis} ${each.record}`}>
                <button
                  type="button"
                  className="recordlink mono"
                  onClick={() => {
                    openRecord(each.record);
                  }}
                >
                  {each.record}
                </button>{" "}
                {each.words} <span className="quiet">{each.place}</span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {data.missing.length === 0 ? null : (
        <section>
          <h3>{words.wouldAnswer}</h3>
          <ul className="reasons">
            {data.missing.map((what) => (
              <li key={what}>{what}</li>
            ))}
          </ul>
        </section>
      )}
      <p className="quiet">{words.disclaimer}</p>
      <p className="sheetlinks">
        <Link to="/authorization" search={{ ask: "who", action: asked.action, resource: asked.resource, at: asked.at }} className="linkbutton">
          {words.whoElse}
        </Link>
        <Link to="/record" search={{ resource: asked.resource }} className="linkbutton">
          {words.touched}
        </Link>
        <Link to="/calls" search={{ in: writeFilters({ human: [data.user], action: [asked.action] }) ?? "" }} className="linkbutton">
          {words.theirCalls}
        </Link>
      </p>
    </article>
  );
}

function WhoCan({ search }: { search: AuthorizationSearch }) {
  const { action, resource, at } = search;
  const complete = action !== undefined && resource !== undefined;
  const { data, error, isFetching, refetch } = useQuery({
    ...ask.whoCan({ action: action ?? "", resource: resource ?? "", at: at ?? null, with: readWith(search.with ?? "") }),
    enabled: complete,
  });
  if (!complete)
    return (
      <Empty title={words.whoStart}>
        <p>{words.whoStartBody}</p>
      </Empty>
    );
  if (error !== null) return <Failure error={error} retry={() => void refetch()} />;
  if (data === undefined || isFetching) return <Loading what={words.asking} rows={5} />;
  const sure = data.filter((each) => each.answer === "yes");
  const open = data.filter((each) => each.answer !== "yes");
  return (
    <article className="answer" data-testid="who-can">
      <h2>{words.whoSentence(sure.length, action, resource)}</h2>
      {open.length === 0 ? null : <p className="second">{words.whoOpen(open.length)}</p>}
      {data.length === 0 ? <p className="second">{words.whoNobody}</p> : null}
      <Holders title={words.sure} rows={sure} />
      <Holders title={words.unsure} rows={open} />
      <p className="quiet">{words.disclaimer}</p>
    </article>
  );
}

function Holders({ title, rows }: { title: string; rows: Holder[] }) {
  if (rows.length === 0) return null;
  return (
    <section>
      <h3>
        {title} <span className="quiet figures">{count(rows.length)}</span>
      </h3>
      <ul className="holders">
        {rows.map((row) => (
          <li key={`${row.kind}:${row.principal}`}>
            <PrincipalMark kind={principalKind(row.kind === "person" ? "human" : row.kind)} label={row.principal} />
            <div>
              {row.because.map((reason) => (
                <p key={reason} className="second">
                  <Reason text={reason} />
                </p>
              ))}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
