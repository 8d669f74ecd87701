import { strings } from "../../strings";
import { CallShape } from "./shapes";

const words = strings.timeline.legend;

/** What the marks mean. */
export function Legend() {
  return (
    <ul className="marklegend">
      <li>
        <svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">
          <CallShape own outcome="success" grade="B" />
        </svg>
        {words.own}
      </li>
      <li>
        <svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">
          <CallShape own={false} outcome="success" grade="B" />
        </svg>
        {words.behalf}
      </li>
      <li>
        <svg width="14" height="14" viewBox="-7 -7 14 14" aria-hidden="true">
          <CallShape own={false} outcome="denied" grade="B" />
        </svg>
        {words.denied}
      </li>
      <li>
        <svg width="18" height="12" viewBox="0 0 18 12" aria-hidden="true">
          <rect width="18" height="12" rx="1" fill="url(#hatch)" stroke="var(--bar-refused)" />
        </svg>
        {words.gap}
      </li>
    </ul>
  );
}
