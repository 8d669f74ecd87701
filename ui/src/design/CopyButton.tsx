import { useEffect, useState } from "react";
import { strings } from "../strings";
import { Button } from "./Button";

/** Copies a text and says that it did. */
export function CopyButton({ text, label, testid }: { text: string; label: string; testid?: string }) {
  const [outcome, setOutcome] = useState<"copied" | "failed" | null>(null);
  useEffect(() => {
    if (outcome === null) return;
    const timer = setTimeout(() => {
      setOutcome(null);
    }, 2500);
    return () => {
      clearTimeout(timer);
    };
  }, [outcome]);
  const copy = () => {
    navigator.clipboard.writeText(text).then(
      () => {
        setOutcome("copied");
      },
      () => {
        setOutcome("failed");
      },
    );
  };
  return (
    <>
      <Button onPress={copy} {...(testid === undefined ? {} : { testid })}>
        {outcome === null ? label : strings.copy[outcome]}
      </Button>
      <span className="hidden-but-read" role="status">
        {outcome === null ? "" : strings.copy[outcome]}
      </span>
    </>
  );
}
