import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import type { Overview } from "../../bindings/Overview";
import { count } from "../../format/number";
import { type QuestionName, questions } from "../../frame/questions";
import { ask } from "../../state/queries";
import { strings } from "../../strings";

const words = strings.ask;

/** The ten questions, each with what the case says at once, and one click from its answer. */
export function Questions({ data }: { data: Overview }) {
  const findings = useQuery(ask.findings({ design_facts: false }));
  const accounts = useQuery(ask.accounts());
  const sum = useQuery(ask.reconciliation());
  const family = (word: string): number | undefined => findings.data?.facets.find(({ name }) => name === "family")?.values.find(({ value }) => value === word)?.count ?? (findings.data === undefined ? undefined : 0);
  const { coverage } = data;
  const say = (n: number | undefined, told: (n: number) => string) => (n === undefined ? "" : told(n));
  const now: Record<QuestionName, string> = {
    who: words.now.who(coverage.calls),
    allowed: words.now.allowed,
    through: words.now.through(data.agent_calls),
    touched: words.now.touched,
    nobody: words.now.nobody(coverage.refused),
    robots: say(accounts.data?.filter((row) => row.verdict === "indicated").length, words.now.robots),
    more: say(family("AZ"), words.now.findings),
    tokens: say(family("TK"), words.now.findings),
    complete: sum.data === undefined ? "" : sum.data.reconciles ? words.now.complete(sum.data.read) : words.now.incomplete,
    over: words.now.over(data.open_high),
  };
  return (
    <section className="panel" aria-labelledby="ask">
      <h2 id="ask">{words.title}</h2>
      <ol className="questions" data-testid="questions">
        {questions.map(({ name, to, search }, at) => (
          <li key={name}>
            <Link to={to} search={(search ?? {}) as never} data-testid={`ask-${name}`}>
              <span className="number figures" aria-hidden="true">
                {count(at + 1)}
              </span>
              <span className="asks">{words.questions[name]}</span>
              <span className={name === "complete" && sum.data?.reconciles === false ? "now bad" : "now"}>{now[name]}</span>
            </Link>
          </li>
        ))}
      </ol>
    </section>
  );
}
