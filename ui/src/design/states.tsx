import type { ReactNode } from "react";
import { toHostError } from "../host";
import { strings } from "../strings";
import { Button } from "./Button";
import { CopyButton } from "./CopyButton";
import "./states.css";

/** What is awaited, in words, over the quiet shape of what will stand here. */
export function Loading({ what, rows = 6 }: { what: string; rows?: number }) {
  return (
    <div className="skeleton" aria-busy="true">
      <p role="status">{what}</p>
      {Array.from({ length: rows }, (_, row) => (
        <i key={row} aria-hidden="true" />
      ))}
    </div>
  );
}

/** Nothing to show, and why. */
export function Empty({ title, children, actions }: { title: string; children?: ReactNode; actions?: ReactNode }) {
  return (
    <div className="state">
      <h2>{title}</h2>
      {children}
      {actions === undefined ? null : <div className="actions">{actions}</div>}
    </div>
  );
}

/** What happened, whose it is to mend, what to do, and the detail to hand on. */
export function Failure({ error, retry, dismiss }: { error: unknown; retry?: () => void; dismiss?: () => void }) {
  const { edge } = toHostError(error, strings.failure.unknownHint);
  const detail = `${edge.code}: ${edge.message}`;
  return (
    <div className="state">
      <div className="failure" role="alert">
        <h2>{edge.message}</h2>
        <dl>
          <dt>{strings.failure.whose}</dt>
          <dd>{strings.failure.fault[edge.fault]}</dd>
          <dt>{strings.failure.next}</dt>
          <dd>{edge.hint}</dd>
          <dt>{strings.failure.code}</dt>
          <dd className="mono">{edge.code}</dd>
        </dl>
      </div>
      <div className="actions">
        {retry === undefined ? null : <Button onPress={retry}>{strings.failure.retry}</Button>}
        <CopyButton text={detail} label={strings.failure.copy} />
        {dismiss === undefined ? null : <Button onPress={dismiss}>{strings.failure.dismiss}</Button>}
      </div>
    </div>
  );
}
