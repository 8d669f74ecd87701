import type { PatternCell } from "../../bindings/PatternCell";
import { PatternMark } from "../../design/marks";
import { count } from "../../format/number";
import { strings } from "../../strings";
import { matrix } from "./matrix";

const words = strings.overview;

/** Which identity pattern each agent uses with each tool. */
export function PatternMatrix({ cells }: { cells: PatternCell[] }) {
  const { agents, tools, cell } = matrix(cells);
  const used = [...new Set(cells.map((each) => each.pattern))].sort();
  return (
    <section className="panel" aria-labelledby="patterns">
      <h2 id="patterns">{words.patterns}</h2>
      <p className="quiet">{words.patternsHelp}</p>
      {/* eslint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- it scrolls, so the keyboard must reach it */}
      <div className="matrixbox" role="group" aria-labelledby="patterns" tabIndex={0}>
        <table className="table matrix" data-testid="patterns">
          <thead>
            <tr>
              <th scope="col">{words.agent}</th>
              {tools.map((tool) => (
                <th key={tool} scope="col" className="num">
                  {tool}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {agents.map((agent) => (
              <tr key={agent}>
                <th scope="row">{agent}</th>
                {tools.map((tool) => {
                  const here = cell(agent, tool);
                  const first = here?.patterns[0];
                  if (here === undefined || first === undefined) {
                    return (
                      <td key={tool} className="num quiet">
                        <span aria-hidden="true">·</span>
                        <span className="hidden-but-read">{words.noCell}</span>
                      </td>
                    );
                  }
                  const list = here.patterns.map((each) => `${strings.pattern[each.pattern] ?? each.pattern} ${count(each.calls)}`).join(", ");
                  return (
                    <td key={tool} className="num" title={words.patternCell(agent, tool, list)}>
                      <PatternMark pattern={first.pattern} /> {count(here.calls)}
                      {here.patterns.length > 1 ? <sup title={list}>+{here.patterns.length - 1}</sup> : null}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <ul className="legend">
        {used.map((pattern) => (
          <li key={pattern}>
            <PatternMark pattern={pattern} word />
          </li>
        ))}
      </ul>
    </section>
  );
}
