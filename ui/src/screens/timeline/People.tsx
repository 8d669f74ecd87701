import { useQuery } from "@tanstack/react-query";
import { PrincipalMark } from "../../design/marks";
import { Empty, Failure, Loading } from "../../design/states";
import { count } from "../../format/number";
import { ask } from "../../state/queries";
import { strings } from "../../strings";

const words = strings.timeline;
const SHOWN = 200;

/** The people of the case, those with most calls first. */
export function People({ choose }: { choose: (key: string) => void }) {
  const { data, error, isPending, refetch } = useQuery(ask.people(null));
  const ranked = [...(data ?? [])].sort((a, b) => b.own + b.on_behalf - (a.own + a.on_behalf)).slice(0, SHOWN);
  const most = Math.max(1, ...ranked.map((person) => person.own + person.on_behalf));
  return (
    <>
      {isPending ? <Loading what={words.peopleLoading} rows={10} /> : null}
      {error === null ? null : <Failure error={error} retry={() => void refetch()} />}
      {data?.length === 0 ? (
        <Empty title={words.noPeople}>
          <p>{words.noPeopleBody}</p>
        </Empty>
      ) : null}
      {ranked.length === 0 ? null : (
        <section className="people" aria-labelledby="people">
          <h2 id="people">{words.pick}</h2>
          <p className="second">{words.pickBody}</p>
          <table className="table">
            <thead>
              <tr>
                <th scope="col">{words.person}</th>
                <th scope="col">{words.department}</th>
                <th scope="col">{words.status}</th>
                <th scope="col" className="num">
                  {words.ownWord}
                </th>
                <th scope="col" className="num">
                  {words.behalfWord}
                </th>
                <th scope="col" className="share">
                  <span className="hidden-but-read">{words.share}</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {ranked.map((person) => (
                <tr key={person.key}>
                  <th scope="row">
                    <button
                      type="button"
                      className="personrow"
                      onClick={() => {
                        choose(person.key);
                      }}
                      data-testid="person-row"
                    >
                      <PrincipalMark kind="human" label={person.name ?? person.shown} />
                      <span className="quiet">{person.shown}</span>
                    </button>
                  </th>
                  <td className="second nowrap">{person.department ?? "–"}</td>
                  <td className={person.status === "active" || person.status === null ? "second" : "bad"}>{person.status ?? "–"}</td>
                  <td className="num">{count(person.own)}</td>
                  <td className="num">{count(person.on_behalf)}</td>
                  <td className="share" aria-hidden="true">
                    <div className="pair">
                      <i className="own" style={{ width: `${((100 * person.own) / most).toFixed(2)}%` }} />
                      <i className="behalf" style={{ width: `${((100 * person.on_behalf) / most).toFixed(2)}%` }} />
                    </div>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}
