import { strings } from "../strings";
import { Button } from "./Button";

/** A filter that is on, with its removal. */
export function Chip({ label, onRemove }: { label: string; onRemove: () => void }) {
  return (
    <span className="chip">
      {label}
      <Button look="bare" size="icon" aria-label={strings.chip.remove(label)} onPress={onRemove}>
        <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
          <path d="m2 2 6 6M8 2 2 8" stroke="currentColor" strokeWidth="1.5" />
        </svg>
      </Button>
    </span>
  );
}
