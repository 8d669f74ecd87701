import { Checkbox } from "react-aria-components";
import type { Facet } from "../../bindings/Facet";
import { SeverityMark } from "../../design/marks";
import { count } from "../../format/number";
import { strings } from "../../strings";

const words = strings.findingsPage;

export type FacetName = "severity" | "rule" | "family" | "confidence";
const ORDER: FacetName[] = ["severity", "family", "confidence", "rule"];

type Props = {
  facets: Facet[];
  chosen: (name: FacetName) => string[];
  toggle: (name: FacetName, value: string) => void;
  designFacts: boolean;
  setDesignFacts: (on: boolean) => void;
};

/** What the list may be narrowed by, with the number of findings under each word. */
export function Facets({ facets, chosen, toggle, designFacts, setDesignFacts }: Props) {
  return (
     
    <div className="facets" role="region" aria-label={words.facets.label} tabIndex={0}>
      {ORDER.map((name) => {
        const facet = facets.find((each) => each.name === name);
        if (facet === undefined || facet.values.length === 0) return null;
        return (
          <fieldset key={name}>
            <legend>{words.facets[name]}</legend>
            {facet.values.map(({ value, label, count: found }) => (
              <Checkbox
                key={value}
                className="check facet"
                isSelected={chosen(name).includes(value)}
                onChange={() => {
                  toggle(name, value);
                }}
              >
                <span className="box" aria-hidden="true" />
                {name === "severity" ? <SeverityMark severity={value} /> : name === "rule" ? <RuleName rule={value} label={label} /> : <span className="clip">{label}</span>}
                <span className="figures quiet">{count(found)}</span>
              </Checkbox>
            ))}
          </fieldset>
        );
      })}
      <Checkbox className="check facet" isSelected={designFacts} onChange={setDesignFacts}>
        <span className="box" aria-hidden="true" />
        <span title={words.designFactsHelp}>{words.designFacts}</span>
      </Checkbox>
    </div>
  );
}

function RuleName({ rule, label }: { rule: string; label: string }) {
  return (
    <span className="clip" title={label}>
      <span className="mono">{rule}</span> <span className="quiet">{label.replace(rule, "").trim()}</span>
    </span>
  );
}
