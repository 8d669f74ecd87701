import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Failure, Loading } from "../../design/states";
import { ask } from "../../state/queries";
import { strings } from "../../strings";
import { People } from "./People";
import { PersonField } from "./PersonField";
import { PersonTimeline } from "./PersonTimeline";
import "./timeline.css";

const words = strings.timeline;

/** What one person did, by their own hand and through agents. */
export function Timeline() {
  const { person } = useSearch({ from: "/timeline" });
  const navigate = useNavigate({ from: "/timeline" });
  const choose = (key: string) => {
    void navigate({ search: { person: key } });
  };
  const { data, error, isPending, refetch } = useQuery({ ...ask.timeline(person ?? "", null, null), enabled: person !== undefined });
  return (
    <>
      <header>
        <h1>{words.title}</h1>
        <PersonField key={person ?? ""} shown={data?.person.name ?? data?.person.shown ?? ""} choose={choose} />
        {data === undefined ? null : (
          <p className="second figures">
            {[data.person.department, words.own(data.person.own), words.onBehalf(data.person.on_behalf)].filter((part) => part !== null).join(" · ")}
          </p>
        )}
      </header>
      {person === undefined ? <People choose={choose} /> : null}
      {person !== undefined && isPending ? <Loading what={words.loading} rows={10} /> : null}
      {error === null ? null : <Failure error={error} retry={() => void refetch()} />}
      {data === undefined ? null : <PersonTimeline key={data.person.key} whole={data} />}
    </>
  );
}
