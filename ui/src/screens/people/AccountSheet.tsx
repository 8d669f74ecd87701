import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { AccountSheet as SheetData } from "../../bindings/AccountSheet";
import type { SignalRow } from "../../bindings/SignalRow";
import { PrincipalMark, SeverityMark } from "../../design/marks";
import { Facts, Part, Sheet } from "../../design/Sheet";
import { Failure, Loading } from "../../design/states";
import { When } from "../../design/When";
import { count } from "../../format/number";
import { writeFilters } from "../../grid/filters";
import { ask } from "../../state/queries";
import { strings } from "../../strings";
import { HeatMap } from "./HeatMap";
import { accountMark } from "./kinds";

const words = strings.peoplePage;

/** One account: who stands behind it, its week, and what speaks for and against a machine. */
export function AccountSheet({ id, onClose }: { id: string; onClose: () => void }) {
  const { data, error, isPending, refetch } = useQuery(ask.account(id));
  const login = data?.account.principal ?? id;
  return (
    <Sheet
      title={login}
      mark={data === undefined ? undefined : <PrincipalMark kind={accountMark(data.account)} />}
      sub={data === undefined ? undefined : `${words.kinds[data.account.kind] ?? data.account.kind} · ${data.account.namespace}`}
      onClose={onClose}
      testid="account-sheet"
    >
      {isPending ? <Loading what={words.sheetLoading} /> : null}
      {error === null ? null : <Failure error={error} retry={() => void refetch()} />}
      {data === undefined ? null : <Body data={data} />}
    </Sheet>
  );
}

function Body({ data }: { data: SheetData }) {
  const { account } = data;
  const person = account.kind === "person" && account.party !== null ? account.party : null;
  const groups: [SignalRow["stands"], string][] = [
    ["for", words.signalsFor],
    ["against", words.signalsAgainst],
    ["not_enough", words.signalsOpen],
  ];
  return (
    <>
      <Part title={words.verdict}>
        <p data-testid="account-sentence">{data.sentence}</p>
      </Part>
      <Part title={words.account}>
        <Facts
          rows={[
            [words.behind, account.backed === null ? words.machine : account.backed ? (account.party ?? words.known) : words.nobodyBehind],
            ...(account.owner === null ? [] : ([[words.owner, account.owner]] as [string, string][])),
            [words.first, <When key="first" at={account.first} />],
            [words.last, <When key="last" at={account.last} />],
            [words.signIns, count(account.sign_ins)],
          ]}
        />
        <p className="sheetlinks" style={{ marginTop: 10 }}>
          <Link to="/calls" search={{ in: writeFilters({ wire: [account.principal] }) ?? "" }} className="linkbutton" data-testid="account-calls">
            {words.callsOfAccount(account.calls)}
          </Link>
          {person === null ? null : (
            <Link to="/timeline" search={{ person }} className="linkbutton">
              {words.timeline}
            </Link>
          )}
        </p>
        {account.agent_evidenced > 0 ? <p className="second">{words.agentEvidenced(account.agent_evidenced)}</p> : null}
      </Part>
      <Part title={words.week} help={`${words.weekHelp} ${words.restsOn(data.rests_on)}`}>
        <HeatMap all={data.hours} counted={data.hours_counted} title={account.principal} />
      </Part>
      {data.signals.length === 0 ? null : (
        <Part title={words.signals}>
          {groups.map(([stands, title]) => {
            const rows = data.signals.filter((row) => row.stands === stands);
            return rows.length === 0 ? null : (
              <section key={stands} aria-label={title}>
                <h4 className="second" style={{ margin: "8px 0 0" }}>
                  {title} <span className="quiet figures">{count(rows.length)}</span>
                </h4>
                {rows.map((row) => (
                  <Signal key={row.id} row={row} />
                ))}
              </section>
            );
          })}
          <p className="quiet" style={{ marginTop: 8 }}>
            {data.base_rate}
          </p>
        </Part>
      )}
      {data.findings.length === 0 ? null : (
        <Part title={words.findings}>
          <ul className="ways">
            {data.findings.map((row) => (
              <li key={row.id}>
                <Link to="/findings" search={{ finding: row.id }}>
                  <SeverityMark severity={row.severity} word={false} />
                  <span className="mono quiet">{row.rule}</span>
                  <span className="clip">{row.title}</span>
                </Link>
              </li>
            ))}
          </ul>
        </Part>
      )}
    </>
  );
}

function Signal({ row }: { row: SignalRow }) {
  return (
    <div className={`signal ${row.stands}`}>
      <svg width="14" height="14" viewBox="0 0 14 14" fill="none" stroke="currentColor" strokeWidth="1.6" aria-hidden="true">
        {row.stands === "for" ? <path d="M7 2v10M2 7h10" /> : row.stands === "against" ? <path d="M2 7h10" /> : <circle cx="7" cy="7" r="4.5" strokeDasharray="2.2 1.7" />}
      </svg>
      <div>
        <p className="says">
          <strong>{row.says}</strong>
          <span className="tag">{row.id}</span>
        </p>
        <p className="second">{row.stands === "not_enough" ? row.needs : row.sentence}</p>
        {row.stands === "for" ? <p className="quiet">{words.caution(row.caution)}</p> : null}
      </div>
    </div>
  );
}
