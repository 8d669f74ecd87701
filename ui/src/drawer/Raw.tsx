import { useQuery } from "@tanstack/react-query";
import { useMemo, useState } from "react";
import { ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { CopyButton } from "../design/CopyButton";
import { Failure, Loading } from "../design/states";
import { count } from "../format/number";
import { ask } from "../state/queries";
import { strings } from "../strings";
import { indented, marked } from "./locate";

type Form = "indented" | "exact";

/** The record's own bytes, with the fields that decided marked, and where they stand. */
export function Raw({ id }: { id: string }) {
  const { data, error, isPending, refetch } = useQuery(ask.raw(id));
  const [form, setForm] = useState<Form>("indented");
  const pieces = useMemo(
    () => (data === undefined ? [] : marked(form === "exact" ? data.text : indented(data.text), data.decisive)),
    [data, form],
  );
  return (
    <section className="rawrecord">
      <div className="rawhead">
        <h3>{strings.drawer.raw}</h3>
        <ToggleButtonGroup
          className="switch"
          aria-label={strings.drawer.rawForm}
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[form]}
          onSelectionChange={(keys) => {
            setForm(keys.has("exact") ? "exact" : "indented");
          }}
        >
          <ToggleButton id="indented">{strings.drawer.rawIndented}</ToggleButton>
          <ToggleButton id="exact" data-testid="raw-exact">
            {strings.drawer.rawExact}
          </ToggleButton>
        </ToggleButtonGroup>
      </div>
      {isPending ? <Loading what={strings.drawer.rawLoading} rows={4} /> : null}
      {error === null ? null : <Failure error={error} retry={() => void refetch()} />}
      {data === undefined ? null : (
        <>
          {data.valid_utf8 ? null : <p className="caution">{strings.drawer.damaged}</p>}
          <pre className="raw" data-testid="raw-text">
            {pieces.map((piece, at) => (piece.marked ? <mark key={at}>{piece.text}</mark> : <span key={at}>{piece.text}</span>))}
          </pre>
          {data.envelope === null ? null : (
            <details>
              <summary>{strings.drawer.envelope}</summary>
              <pre className="raw">{data.envelope}</pre>
            </details>
          )}
          <dl className="facts">
            <dt>{strings.drawer.file}</dt>
            <dd className="mono">{data.file}</dd>
            {data.line === null ? null : (
              <>
                <dt>{strings.drawer.line}</dt>
                <dd>{count(data.line)}</dd>
              </>
            )}
            <dt>{strings.drawer.bytes}</dt>
            <dd>
              {count(data.offset)}–{count(data.offset + data.length)}
            </dd>
            <dt>{strings.drawer.sha}</dt>
            <dd className="mono">{data.sha256}</dd>
            <dt>{strings.drawer.fileSha}</dt>
            <dd className="mono">{data.file_sha256}</dd>
            {data.copies.length === 0 ? null : (
              <>
                <dt>{strings.drawer.copies}</dt>
                <dd className="mono">
                  {data.copies.map((copy) => (
                    <div key={copy}>{copy}</div>
                  ))}
                </dd>
              </>
            )}
          </dl>
          <div>
            <CopyButton text={data.text} label={strings.drawer.copyRaw} />
          </div>
        </>
      )}
    </section>
  );
}
