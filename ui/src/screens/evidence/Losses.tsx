import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { LossRow } from "../../bindings/LossRow";
import { Chip } from "../../design/Chip";
import { Failure, Loading } from "../../design/states";
import { count } from "../../format/number";
import { ask } from "../../state/queries";
import { strings } from "../../strings";

const words = strings.evidence;
const SHOWN = 10;

/** Losses by code, each with what it means, what to do, and where. */
export function Losses() {
  const { file } = useSearch({ from: "/evidence" });
  const navigate = useNavigate({ from: "/evidence" });
  const { data, error, isPending, refetch } = useQuery(ask.losses(file ?? null));
  const codes = new Map<string, LossRow[]>();
  for (const row of data ?? []) codes.set(row.code, [...(codes.get(row.code) ?? []), row]);
  return (
    <section className="block" aria-labelledby="losses">
      <div className="blockhead">
        <h2 id="losses">{words.losses}</h2>
        {data === undefined || data.length === 0 ? null : (
          <Link to="/losses" className="plain" data-testid="to-losses">
            {strings.lossesPage.link}
          </Link>
        )}
        {file === undefined ? null : (
          <Chip
            label={`${words.onlyFile} ${file}`}
            onRemove={() => {
              void navigate({ search: {} });
            }}
          />
        )}
      </div>
      {isPending ? <Loading what={words.lossesLoading} rows={3} /> : null}
      {error === null ? null : <Failure error={error} retry={() => void refetch()} />}
      {data?.length === 0 ? <p className="second">{words.noLosses}</p> : null}
      <ul className="losses" data-testid="losses">
        {[...codes].map(([code, rows]) => (
          <li key={code} className={`loss ${rows[0]?.severity ?? ""}`}>
            <div className="losshead">
              <LossSign severity={rows[0]?.severity ?? "info"} />
              <strong>{words.lossSeverity[rows[0]?.severity ?? "info"]}</strong>
              <code>{code}</code>
              <span className="figures">{count(rows.reduce((sum, row) => sum + row.count, 0))}</span>
            </div>
            <p className="second">{rows[0]?.help}</p>
            {rows.map((row) => (
              <details key={row.file} open={row.places.length <= 3}>
                <summary>
                  <span className="mono">{row.file}</span> <span className="figures quiet">{count(row.count)}</span>
                </summary>
                <table className="table places">
                  <tbody>
                    {row.places.slice(0, SHOWN).map((place, at) => (
                      <tr key={at}>
                        <th scope="row" className="nowrap">
                          {words.place(place.line, place.offset)}
                        </th>
                        <td>{place.detail}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
                {row.count > row.places.length ? <p className="quiet">{words.morePlaces(row.count - row.places.length)}</p> : null}
              </details>
            ))}
          </li>
        ))}
      </ul>
    </section>
  );
}

function LossSign({ severity }: { severity: string }) {
  return (
    <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
      {severity === "error" ? (
        <path d="m2.5 2.5 9 9m0-9-9 9" stroke="currentColor" strokeWidth="2" />
      ) : severity === "warning" ? (
        <path d="M7 1.6 13 12.4H1z M7 5.6v3 M7 10v1" fill="none" stroke="currentColor" strokeWidth="1.4" />
      ) : (
        <>
          <circle cx="7" cy="7" r="5.3" fill="none" stroke="currentColor" strokeWidth="1.4" />
          <path d="M7 6.2v3.8M7 3.8v1.2" stroke="currentColor" strokeWidth="1.4" />
        </>
      )}
    </svg>
  );
}
