import { useQuery } from "@tanstack/react-query";
import { ask } from "../state/queries";
import { useRecord } from "../state/record";
import { strings } from "../strings";

const words = strings.drawer;

/** Who approved it, as approval records say; left out where there is nothing to tell. */
export function Approval({ id }: { id: string }) {
  const { openRecord } = useRecord();
  const { data } = useQuery(ask.approved(id));
  // A record outside the scope of the review has no answer, and an initiator is never shown as approver.
  if (data === undefined || (!data.required && data.approvals.length === 0)) return null;
  return (
    <section>
      <h3>
        {words.approval} {data.required ? <span className="tag">{words.approvalNeeded}</span> : null}
      </h3>
      <p>{data.sentence}</p>
      {data.disclaimer === "" ? null : (
        <p className="second">
          <span className="label">{words.saysNot}</span> {data.disclaimer}
        </p>
      )}
      <ul className="listed">
        {data.approvals.map((row) => (
          <li key={row.record}>
            <button
              type="button"
              className="recordlink mono"
              onClick={() => {
                openRecord(row.record);
              }}
            >
              {row.record}
            </button>{" "}
            <span className="second">{row.why ?? row.says}</span>
          </li>
        ))}
      </ul>
    </section>
  );
}
