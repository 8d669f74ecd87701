import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { count, percent } from "../format/number";
import { usePreferences } from "../state/preferences";
import { ask } from "../state/queries";
import { useWork } from "../state/work";
import { strings } from "../strings";

/** Is all that was received accounted for? Always shown, and red where the answer is no. */
export function BottomBar() {
  const { data, isError } = useQuery(ask.reconciliation());
  const { work } = useWork();
  const { reviewer } = usePreferences();
  const red = isError || data?.reconciles === false;
  let words: string = strings.bar.reading;
  if (isError) words = strings.bar.failed;
  else if (data !== undefined) {
    words = data.files === 0 ? strings.bar.none : data.reconciles ? data.sentence : `${strings.bar.red} ${data.sentence}`;
  }
  const progress = work?.progress ?? null;
  return (
    <footer className={red ? "bottombar red" : "bottombar"} aria-label={strings.bar.label}>
      <span className="mark clip" role="status" data-testid="reconciliation">
        <svg width="12" height="12" viewBox="0 0 12 12" fill="none" stroke="currentColor" strokeWidth="1.6" aria-hidden="true">
          {red ? <path d="M2.5 2.5l7 7M9.5 2.5l-7 7" /> : <path d="m2 6.4 2.8 2.8L10 3.4" />}
        </svg>
        <span className="clip">{words}</span>
      </span>
      {data !== undefined && data.files > 0 ? (
        <span className="figures nowrap">
          {strings.files(data.files)} · {count(data.read)} read
        </span>
      ) : null}
      {reviewer === "" ? null : (
        <Link to="/settings" className="reviewer clip" title={strings.settingsPage.reviewer}>
          {reviewer}
        </Link>
      )}
      {work === null ? null : (
        <span className="working nowrap figures">
          {progress === null
            ? strings.progress.importing
            : `${strings.progress.stage[progress.stage] ?? strings.progress.importing} ${percent(progress.done_bytes, progress.total_bytes)}`}
        </span>
      )}
    </footer>
  );
}
