import { useMutation, useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { TextArea, TextField } from "react-aria-components";
import type { Check } from "../../bindings/Check";
import type { Learned } from "../../bindings/Learned";
import { Button } from "../../design/Button";
import { Empty, Failure, Loading } from "../../design/states";
import { count } from "../../format/number";
import { host } from "../../host";
import { usePaths } from "../../state/paths";
import { useWork } from "../../state/work";
import { strings } from "../../strings";
import { fieldAt, FIELDS, withField } from "./toml";
import "./mapping.css";

const words = strings.mappingPage;

/** A mapping for an export that no source knows: proposed, adjusted field by field, tried, kept. */
export function Mapping() {
  const { path } = useSearch({ from: "/mapping" });
  const navigate = useNavigate({ from: "/mapping" });
  const paths = usePaths();
  const learned = useQuery({ queryKey: ["learn", path], queryFn: () => host.ask("learn_mapping", { path: path ?? "" }), enabled: path !== undefined });
  const pick = () => {
    void paths.exports(false).then(([first]) => {
      if (first !== undefined) void navigate({ search: { path: first } });
    });
  };
  return (
    <>
      <header>
        <Link to="/evidence" className="plain">
          {strings.evidence.title}
        </Link>
        <h1>{words.title}</h1>
        {path === undefined ? null : <p className="mono clip second">{path}</p>}
        <div className="actions">
          <Button onPress={pick} testid="mapping-pick">
            {path === undefined ? words.pick : words.pickOther}
          </Button>
        </div>
      </header>
      {path === undefined ? (
        <Empty title={words.start}>
          <p>{words.startBody}</p>
        </Empty>
      ) : learned.isPending ? (
        <Loading what={words.loading} rows={10} />
      ) : learned.isError ? (
        <Failure error={learned.error} retry={() => void learned.refetch()} />
      ) : learned.data.recognised !== null ? (
        <Empty title={words.known(learned.data.recognised.source)}>
          <p>{words.knownBody(learned.data.recognised.why)}</p>
        </Empty>
      ) : learned.data.toml === null ? (
        <Empty title={words.cannot}>
          <p>{learned.data.notes.join(" ")}</p>
        </Empty>
      ) : (
        <Desk key={path} path={path} learned={learned.data} proposed={learned.data.toml} />
      )}
    </>
  );
}

function Desk({ path, learned, proposed }: { path: string; learned: Learned; proposed: string }) {
  const [toml, setToml] = useState(proposed);
  const [tried, setTried] = useState(proposed);
  const navigate = useNavigate();
  const { importExports, work } = useWork();
  const check = useQuery({ queryKey: ["check", path, tried], queryFn: () => host.ask("check_mapping", { toml: tried, against: path }), placeholderData: (last) => last });
  const keep = useMutation({
    mutationFn: async () => {
      await host.ask("keep_mapping", { toml });
      await navigate({ to: "/evidence" });
      await importExports([path]);
    },
  });
  const change = (next: string) => {
    setToml(next);
    setTried(next);
  };
  return (
    <div className="mappingdesk">
      <section className="mappingfields" aria-labelledby="mapping-fields">
        <h2 id="mapping-fields">{words.fields(learned.fields.length, learned.records)}</h2>
        <p className="second">{[learned.form, learned.layout].join(" · ")}</p>
        <ul className="notes">
          {learned.notes.map((note) => (
            <li key={note}>{note}</li>
          ))}
        </ul>
        { }
        <div className="framed" role="region" aria-label={words.sample} tabIndex={0}>
          <table className="table" data-testid="mapping-fields">
            <thead>
              <tr>
                <th scope="col">{words.columns.pointer}</th>
                <th scope="col">{words.columns.example}</th>
                <th scope="col" className="num">
                  {words.columns.filled}
                </th>
                <th scope="col">{words.columns.means}</th>
              </tr>
            </thead>
            <tbody>
              {learned.fields.map((field) => {
                const now = fieldAt(toml, field.pointer);
                const likely = field.candidates.map((each) => each.field);
                return (
                  <tr key={field.pointer} className={now === null ? undefined : "picked"}>
                    <th scope="row" className="mono">
                      {field.pointer}
                    </th>
                    <td>
                      <span className="mono clip example" title={field.example}>
                        {field.example}
                      </span>
                      <span className="quiet">{field.looks.join(", ")}</span>
                    </td>
                    <td className="num">{count(field.records)}</td>
                    <td>
                      <select
                        className="input"
                        aria-label={words.means(field.pointer)}
                        value={now ?? ""}
                        onChange={(event) => {
                          const next = event.target.value;
                          const without = now === null ? toml : withField(toml, now, null);
                          change(next === "" ? without : withField(without, next, field.pointer));
                        }}
                      >
                        <option value="">{words.nothing}</option>
                        {likely.length === 0 ? null : (
                          <optgroup label={words.likely}>
                            {likely.map((word) => (
                              <option key={word} value={word}>
                                {word}
                              </option>
                            ))}
                          </optgroup>
                        )}
                        <optgroup label={words.every}>
                          {[...new Set([...(now === null ? [] : [now]), ...FIELDS])]
                            .filter((word) => !likely.includes(word))
                            .map((word) => (
                              <option key={word} value={word}>
                                {word}
                              </option>
                            ))}
                        </optgroup>
                      </select>
                    </td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </div>
        <details className="tomlbox">
          <summary>{words.text}</summary>
          <TextField aria-label={words.text} value={toml} onChange={setToml}>
            <TextArea className="input area" rows={16} spellCheck={false} data-testid="mapping-toml" />
          </TextField>
          <Button
            isDisabled={toml === tried}
            onPress={() => {
              setTried(toml);
            }}
          >
            {words.tryIt}
          </Button>
        </details>
      </section>
      <section className="mappingpreview" aria-labelledby="mapping-preview">
        <h2 id="mapping-preview">{words.preview}</h2>
        {check.isError ? <Failure error={check.error} /> : null}
        {check.data === undefined ? check.isPending ? <Loading what={words.trying} rows={6} /> : null : <Preview check={check.data} />}
        {keep.isError ? <Failure error={keep.error} dismiss={keep.reset} /> : null}
        <Button
          look="first"
          isDisabled={check.isError || check.data?.chosen !== true || work !== null}
          isPending={keep.isPending}
          onPress={() => {
            keep.mutate();
          }}
          testid="mapping-keep"
        >
          {words.keep}
        </Button>
        <p className="quiet">{words.keepHelp}</p>
      </section>
    </div>
  );
}

function Preview({ check }: { check: Check }) {
  const figures: [string, number, boolean][] = [
    [words.records, check.records, false],
    [words.events, check.events, false],
    [words.entries, check.entries, false],
    [words.keptEmpty, check.kept, false],
    [words.rejected, check.rejected, check.rejected > 0],
  ];
  return (
    <div data-testid="mapping-preview">
      <dl className="previewfigures">
        {figures.map(([name, n, bad]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd className={bad ? "bad" : n === 0 ? "quiet" : undefined}>{count(n)}</dd>
          </div>
        ))}
      </dl>
      {check.chosen ? null : <p className="bad">{words.notChosen(check.detected, check.why)}</p>}
      <List title={words.answers} items={check.answers} />
      <List title={words.reasons} items={check.reasons} />
      {check.unread.length === 0 ? null : <List title={words.unread} items={check.unread.map((each) => words.unreadOf(each.field, each.value, each.records, each.why))} />}
      {check.fields.length === 0 ? null : (
        <>
          <h3>{words.filled}</h3>
          <ul className="fills">
            {check.fields.map((field) => (
              <li key={field.field}>
                <span className="mono">{field.field}</span>
                <i aria-hidden="true">
                  <b style={{ width: `${String((100 * field.filled) / Math.max(1, check.records))}%` }} />
                </i>
                <span className="figures second">{words.of(field.filled, check.records)}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </div>
  );
}

function List({ title, items }: { title: string; items: string[] }) {
  if (items.length === 0) return null;
  return (
    <>
      <h3>{title}</h3>
      <ul className="notes">
        {items.map((item) => (
          <li key={item}>{item}</li>
        ))}
      </ul>
    </>
  );
}
