import type { Progress } from "../bindings/Progress";

export type Sample = { at: number; bytes: number };

/** The last samples that an estimate rests on: ten seconds, one stage. */
export function keepSamples(samples: Sample[], progress: Progress, at: number): Sample[] {
  const recent = samples.filter((sample) => at - sample.at <= 10_000 && sample.bytes <= progress.done_bytes);
  return [...recent, { at, bytes: progress.done_bytes }];
}

/** Seconds left at the pace of the samples; null while there is too little to go by. */
export function secondsLeft(samples: Sample[], total: number): number | null {
  const first = samples[0];
  const last = samples.at(-1);
  if (first === undefined || last === undefined || last.at - first.at < 1500) return null;
  const pace = (last.bytes - first.bytes) / (last.at - first.at);
  return pace <= 0 ? null : Math.max(0, total - last.bytes) / pace / 1000;
}
