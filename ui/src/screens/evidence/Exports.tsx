import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { FileRow } from "../../bindings/FileRow";
import { Button } from "../../design/Button";
import { When } from "../../design/When";
import { bytes, count } from "../../format/number";
import { millis, period } from "../../format/time";
import { useZone } from "../../state/preferences";
import { strings } from "../../strings";
import { sums } from "./sums";

const words = strings.evidence;

/** Each export with its sum: read is kept and duplicates and rejected, or it is said. */
export function Exports({ files }: { files: FileRow[] }) {
  const total = sums(files);
  const columns = words.columns;
  return (
    <section className="block" aria-labelledby="exports">
      <h2 id="exports">{words.exports}</h2>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it */}
      <div className="framed" role="group" aria-labelledby="exports" tabIndex={0}>
        <table className="table" data-testid="exports">
          <thead>
            <tr>
              <th scope="col">{columns.file}</th>
              <th scope="col">{columns.format}</th>
              <th scope="col" className="num">
                {columns.read}
              </th>
              <th scope="col" className="num">
                {columns.kept}
              </th>
              <th scope="col" className="num">
                {columns.duplicates}
              </th>
              <th scope="col" className="num">
                {columns.rejected}
              </th>
              <th scope="col">{columns.check}</th>
              <th scope="col" className="num">
                {columns.size}
              </th>
              <th scope="col">{columns.period}</th>
            </tr>
          </thead>
          <tbody>
            {files.map((file) => (
              <Row key={file.path} file={file} />
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" colSpan={2}>
                {words.total}
              </th>
              <td className="num" data-testid="total-read">
                {count(total.read)}
              </td>
              <td className="num">{count(total.kept)}</td>
              <td className="num">{count(total.duplicates)}</td>
              <td className="num">{count(total.rejected)}</td>
              <td>{total.missing === 0 ? words.adds : <span className="bad">{words.addsNot(total.missing)}</span>}</td>
              <td className="num">{bytes(total.bytes)}</td>
              <td />
            </tr>
          </tfoot>
        </table>
      </div>
    </section>
  );
}

function Row({ file }: { file: FileRow }) {
  const [open, setOpen] = useState(false);
  const zone = useZone();
  const { file: only } = useSearch({ from: "/evidence" });
  const navigate = useNavigate({ from: "/evidence" });
  const first = millis(file.first);
  const last = millis(file.last);
  const missing = file.read - file.kept - file.duplicates - file.rejected;
  const id = `export-${file.sha256}`;
  return (
    <>
      <tr className={only === file.path ? "picked" : undefined} data-testid="export-row">
        <th scope="row">
          <button
            type="button"
            className="disclose"
            aria-expanded={open}
            aria-controls={id}
            onClick={() => {
              setOpen(!open);
            }}
          >
            <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true" className={open ? "turned" : undefined}>
              <path d="m2 1 4 3-4 3z" fill="currentColor" />
            </svg>
            <span className="mono">{file.path}</span>
          </button>
        </th>
        <td className="mono">{file.format}</td>
        <td className="num">{count(file.read)}</td>
        <td className="num">{count(file.kept)}</td>
        <td className={file.duplicates === 0 ? "num quiet" : "num"}>{count(file.duplicates)}</td>
        <td className={file.rejected === 0 ? "num quiet" : "num bad"}>{count(file.rejected)}</td>
        <td>{file.reconciles ? words.adds : <span className="bad">{words.addsNot(missing)}</span>}</td>
        <td className="num">{bytes(file.bytes)}</td>
        <td className="nowrap">{first === null || last === null ? <span className="quiet">{words.noPeriod}</span> : period(first, last, zone)}</td>
      </tr>
      {open ? (
        <tr id={id} className="more">
          <td colSpan={9}>
            <dl className="facts">
              <dt>{words.columns.format}</dt>
              <dd>{words.why(file.why)}</dd>
              <dt>{words.sha}</dt>
              <dd className="mono">{file.sha256}</dd>
              <dt>{words.imported}</dt>
              <dd>
                <When at={file.imported_at} />
              </dd>
              {first === null ? null : (
                <>
                  <dt>{words.columns.period}</dt>
                  <dd>
                    <When at={file.first} /> – <When at={file.last} />
                  </dd>
                </>
              )}
            </dl>
            <Button
              onPress={() => {
                void navigate({ search: { file: file.path } });
              }}
            >
              {words.show}
            </Button>
          </td>
        </tr>
      ) : null}
    </>
  );
}
