import type { Proof } from "../bindings/Proof";
import type { Who } from "../bindings/Who";
import { GradeMark } from "../design/marks";
import { useRecord } from "../state/record";
import { strings } from "../strings";
import { RecordLink } from "./Chain";

function Path({ proof }: { proof: Proof }) {
  const { openRecord } = useRecord();
  return (
    <li className="path">
      <p>
        <GradeMark grade={proof.grade} /> <strong>{proof.value}</strong>
      </p>
      <p className="second">{proof.sentence}</p>
      <ol>
        {proof.evidence.map((step, at) => (
          <li key={at}>
            <GradeMark grade={step.grade} basis={step.basis} />
            <div>
              <p>{step.sentence}</p>
              <p className="quiet">
                {step.kind} · {step.basis} · {strings.by[step.by] ?? step.by}
              </p>
              {step.record === null ? null : <RecordLink id={step.record} open={openRecord} />}
            </div>
          </li>
        ))}
      </ol>
    </li>
  );
}

/** All paths that were weighed: to the person named, and against. */
export function Proofs({ who }: { who: Who }) {
  const named = who.human === null ? [] : who.proofs.filter((proof) => proof.value === who.human?.shown || proof.value === who.human?.name);
  const against = who.proofs.filter((proof) => !named.includes(proof));
  return (
    <>
      <section>
        <h3>{strings.drawer.proof}</h3>
        {named.length === 0 ? (
          <p className="second">{strings.drawer.noProof}</p>
        ) : (
          <ul className="paths">
            {named.map((proof, at) => (
              <Path key={at} proof={proof} />
            ))}
          </ul>
        )}
      </section>
      <section>
        <h3>{strings.drawer.against}</h3>
        {against.length === 0 && who.candidates.length === 0 ? <p className="second">{strings.drawer.nothingAgainst}</p> : null}
        <ul className="paths">
          {against.map((proof, at) => (
            <Path key={at} proof={proof} />
          ))}
        </ul>
        {who.candidates.length === 0 ? null : (
          <>
            <h4>{strings.drawer.candidates}</h4>
            <dl className="facts">
              {who.candidates.map((candidate) => (
                <div key={`${candidate.value} ${candidate.reason}`}>
                  <dt>{candidate.value}</dt>
                  <dd>{candidate.reason}</dd>
                </div>
              ))}
            </dl>
          </>
        )}
      </section>
    </>
  );
}
