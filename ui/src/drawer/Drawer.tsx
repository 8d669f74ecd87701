import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useEffect, useRef } from "react";
import { Button } from "../design/Button";
import { GradeMark, PatternMark, PrincipalMark, principalKind, SeverityMark } from "../design/marks";
import { Failure, Loading } from "../design/states";
import { When } from "../design/When";
import { ask } from "../state/queries";
import { strings } from "../strings";
import { Approval } from "./Approval";
import { AskOn } from "./AskOn";
import { Chain } from "./Chain";
import { Cite } from "./Cite";
import { Proofs } from "./Proofs";
import { Raw } from "./Raw";
import "./drawer.css";

/** The evidence of one record, the same on every screen: what it says, how it is known, what speaks against it, the bytes. */
export function Drawer({ id, onClose }: { id: string; onClose: () => void }) {
  const who = useQuery(ask.who(id));
  const panel = useRef<HTMLElement>(null);
  // Focus stays in the list that opened the drawer, so that stepping goes on; a drawer of an address has no such list.
  useEffect(() => {
    if (document.activeElement === document.body) panel.current?.focus();
  }, []);
  return (
    <aside className="drawer" aria-label={strings.drawer.label} ref={panel} tabIndex={-1} data-part="drawer" data-testid="drawer">
      <header>
        <div className="clip">
          <h2 className="mono clip" title={id}>
            {id}
          </h2>
        </div>
        <Button look="bare" size="icon" aria-label={strings.drawer.close} onPress={onClose} testid="drawer-close">
          <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
            <path d="m2 2 8 8M10 2 2 10" stroke="currentColor" strokeWidth="1.5" />
          </svg>
        </Button>
      </header>
      { }
      <div className="drawer-body" role="region" aria-label={strings.drawer.title} tabIndex={0}>
        {who.isPending ? <Loading what={strings.drawer.loading} /> : null}
        {who.isError ? (
          <Failure
            error={who.error}
            retry={() => {
              void who.refetch();
            }}
          />
        ) : null}
        {who.data === undefined ? null : (
          <>
            <section className="says">
              <p className="sentence" data-testid="sentence">
                {who.data.grade === null ? null : <GradeMark grade={who.data.grade} />}
                {who.data.sentence}
              </p>
              {who.data.human !== null && !who.data.human.verified ? <p className="second">{strings.drawer.unverified}</p> : null}
              <p className="second">
                <span className="label">{strings.drawer.saysNot}</span> {who.data.disclaimer}
              </p>
              <Cite who={who.data} />
            </section>
            {who.data.refusal === null ? null : (
              <section className="refusal">
                <h3>
                  {strings.drawer.nobody} <span className="tag">{who.data.refusal.code}</span>
                </h3>
                <p>{who.data.refusal.words}</p>
                <h4>{strings.drawer.settledBy}</h4>
                <p>{who.data.refusal.settled_by}</p>
              </section>
            )}
            {who.data.cautions.length === 0 ? null : (
              <section className="caution">
                <h3>{strings.drawer.cautions}</h3>
                {who.data.cautions.map((caution) => (
                  <p key={caution}>{caution}</p>
                ))}
              </section>
            )}
            <section>
              <dl className="facts">
                <dt>{strings.drawer.facts.time}</dt>
                <dd>
                  <When at={who.data.time} />
                </dd>
                <dt>{strings.drawer.facts.action}</dt>
                <dd className="mono">{[who.data.service, who.data.action].filter((word) => word !== null).join(" · ")}</dd>
                {who.data.resource === null ? null : (
                  <>
                    <dt>{strings.drawer.facts.resource}</dt>
                    <dd className="mono">{who.data.resource}</dd>
                  </>
                )}
                <dt>{strings.drawer.facts.outcome}</dt>
                <dd>{strings.outcome[who.data.outcome] ?? who.data.outcome}</dd>
                <dt>{strings.drawer.facts.pattern}</dt>
                <dd>
                  <PatternMark pattern={who.data.pattern} word />
                </dd>
                <dt>{strings.drawer.facts.wire}</dt>
                <dd>
                  <PrincipalMark kind={principalKind(who.data.wire_kind)} label={who.data.wire ?? "–"} />
                </dd>
                {who.data.authority === null ? null : (
                  <>
                    <dt>{strings.drawer.facts.authority}</dt>
                    <dd>{who.data.authority}</dd>
                  </>
                )}
                <dt>{strings.drawer.facts.source}</dt>
                <dd className="mono">{who.data.source}</dd>
              </dl>
            </section>
            <AskOn who={who.data} />
            <section>
              <h3>{strings.drawer.chain}</h3>
              <Chain links={who.data.chain} />
            </section>
            <Proofs who={who.data} />
            {who.data.decision === null ? null : (
              <section>
                <h3>{strings.drawer.decision}</h3>
                <p>{who.data.decision.sentence}</p>
                <dl className="facts">
                  <dt>{strings.drawer.evaluated}</dt>
                  <dd>{who.data.decision.evaluated.length === 0 ? strings.drawer.noSubjects : who.data.decision.evaluated.join(", ")}</dd>
                  {who.data.decision.policy === null ? null : (
                    <>
                      <dt>{strings.drawer.policy}</dt>
                      <dd className="mono">{who.data.decision.policy}</dd>
                    </>
                  )}
                </dl>
              </section>
            )}
            {who.data.kind === "call" ? <Approval id={id} /> : null}
            {who.data.findings.length === 0 ? null : (
              <section>
                <h3>{strings.drawer.findings}</h3>
                <ul className="listed">
                  {who.data.findings.map((row) => (
                    <li key={row.id}>
                      <Link to="/findings" search={{ finding: row.id, record: id, ...(row.design_fact ? { facts: true as const } : {}) }}>
                        <SeverityMark severity={row.severity} word={false} />
                        <span className="mono quiet">{row.rule}</span>
                        <span className="clip">{row.title}</span>
                      </Link>
                    </li>
                  ))}
                </ul>
              </section>
            )}
          </>
        )}
        <Raw id={id} />
      </div>
    </aside>
  );
}
