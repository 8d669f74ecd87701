import { useQuery } from "@tanstack/react-query";
import type { ReceiptRow } from "../../bindings/ReceiptRow";
import { Failure, Loading } from "../../design/states";
import { When } from "../../design/When";
import { count } from "../../format/number";
import { ask } from "../../state/queries";
import { strings } from "../../strings";

const words = strings.evidence.whole;

/** Whether the exports are whole and fit each other: the period of each source, holes, overlaps, clocks. */
export function Whole() {
  const { data, error, isPending, refetch } = useQuery(ask.completeness());
  return (
    <section className="block" aria-labelledby="whole">
      <h2 id="whole">{words.title}</h2>
      {isPending ? <Loading what={words.loading} /> : null}
      {error === null ? null : (
        <Failure
          error={error}
          retry={() => {
            void refetch();
          }}
        />
      )}
      {data === undefined ? null : (
        <>
          {data.sentences.length === 0 ? <p className="second">{words.nothing}</p> : null}
          <ul className="notes" data-testid="completeness">
            {data.sentences.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
          {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it */}
          <div className="framed" role="group" aria-labelledby="whole" tabIndex={0}>
            <table className="table" data-testid="sources">
              <thead>
                <tr>
                  <th scope="col">{words.columns.source}</th>
                  <th scope="col" className="num">
                    {words.columns.records}
                  </th>
                  <th scope="col">{words.columns.first}</th>
                  <th scope="col">{words.columns.last}</th>
                  <th scope="col">{words.columns.silences}</th>
                </tr>
              </thead>
              <tbody>
                {data.sources.map((source) => (
                  <tr key={source.source}>
                    <th scope="row" className="mono">
                      {source.source}
                    </th>
                    <td className="num">{count(source.records)}</td>
                    <td className="nowrap">{source.first === null ? <span className="quiet">{words.noTimes}</span> : <When at={source.first} />}</td>
                    <td className="nowrap">{source.last === null ? null : <When at={source.last} />}</td>
                    <td>{source.too_few_to_judge ? <span className="quiet">{words.tooFew}</span> : words.judged}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </section>
  );
}

/** How each export was obtained, where a receipt says so; a count that differs stands out. */
export function Receipts() {
  const { data, error, isPending, refetch } = useQuery(ask.receipts());
  const given = (data ?? []).filter((row) => row.receipt !== null);
  const without = (data ?? []).length - given.length;
  return (
    <section className="block" aria-labelledby="receipts">
      <h2 id="receipts">{words.receipts}</h2>
      {isPending ? <Loading what={words.loading} /> : null}
      {error === null ? null : (
        <Failure
          error={error}
          retry={() => {
            void refetch();
          }}
        />
      )}
      {without > 0 ? <p className="second">{words.without(without)}</p> : null}
      {given.length === 0 ? null : (
        <ul className="losses" data-testid="receipts">
          {given.map((row) => (
            <Receipt key={row.path} row={row} />
          ))}
        </ul>
      )}
    </section>
  );
}

function Receipt({ row }: { row: ReceiptRow }) {
  const differs = row.standing === "differs";
  return (
    <li className={differs ? "loss error" : "loss"}>
      <div className="losshead">
        <strong>{words.standing[row.standing]}</strong>
        <span className="mono">{row.path}</span>
      </div>
      <p className={differs ? "bad" : "second"}>{row.sentence}</p>
      {row.receipt?.received_from == null ? null : <p className="quiet">{words.from(row.receipt.received_from, row.receipt.system)}</p>}
    </li>
  );
}
