import { ProgressBar } from "react-aria-components";
import { Button } from "../../design/Button";
import { bytes, count, duration } from "../../format/number";
import { useWork } from "../../state/work";
import { strings } from "../../strings";

const words = strings.progress;

/** What is being done, to which file, how far, how long still, and the way to stop it. */
export function WorkProgress({ title }: { title: string }) {
  const { work, cancel } = useWork();
  if (work === null) return null;
  const { progress, secondsLeft, cancelling } = work;
  const share = progress === null || progress.total_bytes === 0 ? 0 : (100 * progress.done_bytes) / progress.total_bytes;
  const stage = progress === null ? title : (words.stage[progress.stage] ?? title);
  return (
    <section className="progress" aria-label={words.label} data-testid="progress">
      <div className="progress-head">
        <h2>
          {stage}
          {progress?.file === null || progress === null ? null : <span className="mono clip">{progress.file}</span>}
        </h2>
        <Button onPress={cancel} isDisabled={cancelling} testid="cancel">
          {words.cancel}
        </Button>
      </div>
      <ProgressBar className="meter" aria-label={stage} value={share} isIndeterminate={progress === null}>
        <div className="meter-fill" style={{ width: `${share.toFixed(2)}%` }} />
      </ProgressBar>
      <p className="figures second">
        {cancelling
          ? words.cancelling
          : progress === null
            ? title
            : [
                words.of(bytes(progress.done_bytes), bytes(progress.total_bytes)),
                strings.records(progress.records),
                progress.stage === "read" ? (secondsLeft === null ? words.unknownLeft : words.left(duration(secondsLeft))) : null,
              ]
                .filter((part) => part !== null)
                .join(" · ")}
      </p>
      <span className="hidden-but-read" role="status">
        {progress === null ? title : `${stage}, ${count(Math.floor(share / 10) * 10)} %`}
      </span>
    </section>
  );
}
