import { useQuery } from "@tanstack/react-query";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { Checkbox } from "react-aria-components";
import type { ToolPattern } from "../../bindings/ToolPattern";
import { GradeMark, PatternMark, PrincipalMark } from "../../design/marks";
import { Facts, Part, Sheet, Split } from "../../design/Sheet";
import { Empty, Failure, Loading } from "../../design/states";
import { count, percent } from "../../format/number";
import { writeFilters } from "../../grid/filters";
import { ask } from "../../state/queries";
import { strings } from "../../strings";
import { cellKey, matrix } from "./matrix";
import "./patterns.css";

const words = strings.patternsPage;

/** The pattern advisor: agent by tool, what was seen against what the stakes require. */
export function Patterns() {
  const { cell, gap = false } = useSearch({ from: "/patterns" });
  const navigate = useNavigate({ from: "/patterns" });
  const { data, error, isPending, refetch } = useQuery(ask.patterns());
  const shown = useMemo(() => matrix((data ?? []).filter((each) => !gap || each.gap !== "none")), [data, gap]);
  const picked = data?.find((each) => cellKey(each) === cell);
  const open = (key: string | undefined) => {
    void navigate({ search: (now) => ({ ...now, cell: key }) as never, replace: cell !== undefined && key !== undefined });
  };
  return (
    <>
      <header>
        <h1>{words.title}</h1>
        {data === undefined ? null : <p className="second figures">{words.counts(data.length, data.filter((each) => each.gap === "weaker").length, data.filter((each) => each.gap === "proposed").length)}</p>}
        <div className="actions">
          <Checkbox
            className="check"
            isSelected={gap}
            onChange={(on) => {
              void navigate({ search: (now) => ({ ...now, gap: on ? true : undefined }) as never });
            }}
          >
            <span className="box" aria-hidden="true" />
            {words.onlyGaps}
          </Checkbox>
        </div>
      </header>
      {isPending ? <Loading what={words.loading} rows={10} /> : null}
      {error === null ? null : <Failure error={error} retry={() => void refetch()} />}
      {data === undefined ? null : shown.agents.length === 0 ? (
        <Empty title={data.length === 0 ? words.none : words.noGap}>
          <p>{data.length === 0 ? words.noneBody : words.noGapBody}</p>
        </Empty>
      ) : (
        <Split
          open={picked !== undefined}
          list={
            <>
              <Key />
              { }
              <div className="matrixbox" role="region" aria-label={words.grid} tabIndex={0}>
                <table className="patternmatrix" data-testid="pattern-matrix">
                  <thead>
                    <tr>
                      <th scope="col">{words.agent}</th>
                      {shown.tools.map((tool) => (
                        <th key={tool.key} scope="col">
                          <span className="toolname" title={tool.service === null ? tool.tool : `${tool.service} · ${tool.tool}`}>
                            <span className="clip">{tool.tool}</span>
                            {tool.service === null ? null : <span className="clip quiet">{tool.service}</span>}
                          </span>
                        </th>
                      ))}
                    </tr>
                  </thead>
                  <tbody>
                    {shown.agents.map((agent) => (
                      <tr key={agent}>
                        <th scope="row">
                          <PrincipalMark kind="agent" label={agent} />
                        </th>
                        {shown.tools.map((tool) => {
                          const found = shown.cells.get(`${agent}\n${tool.key}`);
                          return (
                            <td key={tool.key} className={found?.gap}>
                              {found === undefined ? (
                                <span className="hidden-but-read">{strings.overview.noCell}</span>
                              ) : (
                                <button
                                  type="button"
                                  aria-pressed={cellKey(found) === cell}
                                  ref={cellKey(found) === cell ? intoView : undefined}
                                  onClick={() => {
                                    open(cellKey(found));
                                  }}
                                  data-testid="pattern-cell"
                                >
                                  <span className="hidden-but-read">
                                    {words.cellLabel(agent, tool.tool, strings.pattern[found.observed] ?? found.observed, percent(Math.round(found.share * 10_000), 10_000), words.gaps[found.gap] ?? "")}
                                  </span>
                                  <span className="cellmarks" aria-hidden="true">
                                    <PatternMark pattern={found.observed} />
                                    <span className="figures">{percent(Math.round(found.share * 10_000), 10_000)}</span>
                                    <GradeMark grade={found.grade} />
                                    {found.gap === "none" ? null : <Gap gap={found.gap} />}
                                  </span>
                                </button>
                              )}
                            </td>
                          );
                        })}
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
            </>
          }
          sheet={
            picked === undefined ? null : (
              <CellSheet
                key={cell}
                cell={picked}
                onClose={() => {
                  open(undefined);
                }}
              />
            )
          }
        />
      )}
    </>
  );
}

const intoView = (button: HTMLButtonElement | null) => {
  button?.scrollIntoView({ block: "nearest", inline: "nearest" });
};

function Gap({ gap }: { gap: string }) {
  return (
    <svg className={`gapmark ${gap}`} width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
      <path d="M6 1.5v6M3.2 5.2 6 8l2.8-2.800M2.5 10.500h7" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray={gap === "proposed" ? "2 1.4" : undefined} />
    </svg>
  );
}

function Key() {
  return (
    <ul className="patternkey" aria-label={words.key}>
      {["service_account", "obo", "hybrid", "robot_user", "masquerade", "undetermined"].map((pattern) => (
        <li key={pattern}>
          <PatternMark pattern={pattern} word />
        </li>
      ))}
      <li>
        <Gap gap="weaker" /> {words.gaps.weaker}
      </li>
      <li>
        <Gap gap="proposed" /> {words.gaps.proposed}
      </li>
    </ul>
  );
}

const name = (pattern: string) => words.required[pattern] ?? strings.pattern[pattern] ?? pattern;

function CellSheet({ cell, onClose }: { cell: ToolPattern; onClose: () => void }) {
  const filters = (pattern?: string) => ({
    in: writeFilters({ agent: [cell.agent], ...(cell.tool === "no tool" ? {} : { action: [cell.tool] }), ...(pattern === undefined ? {} : { pattern: [pattern] }) }) ?? "",
  });
  const weaker = cell.patterns.filter((seen) => !seen.meets).reduce((sum, seen) => sum + seen.share, 0);
  const partly = cell.gap === "weaker" && cell.patterns.some((seen) => seen.meets);
  return (
    <Sheet title={`${cell.agent} · ${cell.tool}`} sub={cell.service ?? undefined} onClose={onClose} testid="pattern-sheet">
      <Part title={words.verdict}>
        <p className="patternverdict">
          <PatternMark pattern={cell.observed} word />
          <span className="quiet">{words.against}</span>
          <strong>{name(cell.required)}</strong>
          <span className={cell.gap === "none" ? "tag" : "tag bad"}>{partly ? words.partly(percent(Math.round(weaker * 10_000), 10_000)) : words.gaps[cell.gap]}</span>
        </p>
        <p className="second">{words.basis[cell.basis] ?? cell.basis}</p>
        <p className="second told">{cell.why}</p>
      </Part>
      {cell.change.length === 0 ? null : (
        <Part title={words.change}>
          <ul className="changes">
            {cell.change.map((change) => (
              <li key={change}>{change}</li>
            ))}
          </ul>
        </Part>
      )}
      <Part title={words.seen}>
        <table className="table" data-testid="observed">
          <thead>
            <tr>
              <th scope="col">{words.pattern}</th>
              <th scope="col" className="num">
                {strings.callsPage.title}
              </th>
              <th scope="col" className="num">
                {words.share}
              </th>
              <th scope="col">{words.grades}</th>
              <th scope="col">{words.meets}</th>
            </tr>
          </thead>
          <tbody>
            {cell.patterns.map((seen) => (
              <tr key={seen.pattern}>
                <th scope="row">
                  <PatternMark pattern={seen.pattern} word />
                </th>
                <td className="num">
                  <Link to="/calls" search={filters(seen.pattern)} className="plain">
                    {count(seen.calls)}
                  </Link>
                </td>
                <td className="num">{percent(Math.round(seen.share * 10_000), 10_000)}</td>
                <td>
                  <span className="gradelist">
                    {Object.entries(seen.grades).map(([grade, n]) => (
                      <span key={grade} className="figures nowrap">
                        {grade === "none" ? <span className="quiet">{words.nobody}</span> : <GradeMark grade={grade} />} {count(n ?? 0)}
                      </span>
                    ))}
                  </span>
                </td>
                <td>{seen.meets ? words.yes : <span className="bad">{words.no}</span>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Part>
      <Part title={words.stakes}>
        <Facts
          rows={[
            [words.effect, words.effects[cell.effect] ?? cell.effect],
            [words.perUser, cell.per_user ? words.yes : words.no],
            ...(cell.regulated === null ? [] : ([[words.regulated, cell.regulated]] as [string, string][])),
            [words.rated, cell.rated ? words.ratedYes : words.ratedNo],
            [words.takes, cell.takes],
            [words.approved, cell.approved === null ? words.noneApproved : name(cell.approved)],
          ]}
        />
      </Part>
      {cell.design_facts.length === 0 ? null : (
        <Part title={words.facts} help={words.factsHelp}>
          <ul className="ways">
            {cell.design_facts.map((fact) => (
              <li key={fact.finding}>
                <Link to="/findings" search={{ finding: fact.finding, facts: true }}>
                  <span className="mono">{fact.rule}</span>
                  <span className="n">{strings.calls(fact.calls)}</span>
                </Link>
              </li>
            ))}
          </ul>
        </Part>
      )}
      <Part title={strings.callsPage.title}>
        <p className="sheetlinks">
          <Link to="/calls" search={filters()} className="linkbutton" data-testid="pattern-calls">
            {strings.calls(cell.calls)}
          </Link>
          <Link to="/agents" search={{ agent: cell.agent }} className="linkbutton">
            {words.toAgent}
          </Link>
        </p>
      </Part>
    </Sheet>
  );
}
