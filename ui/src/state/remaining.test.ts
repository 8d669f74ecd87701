import { expect, test } from "vitest";
import { keepSamples, type Sample, secondsLeft } from "./remaining";

const progress = (done: number) => ({ stage: "read" as const, file: null, done_bytes: done, total_bytes: 1000, records: 0 });

test("the time left follows the pace of the last ten seconds", () => {
  let samples: Sample[] = [];
  for (let second = 0; second <= 20; second += 1) samples = keepSamples(samples, progress(second * 10), second * 1000);
  expect(samples).toHaveLength(11);
  expect(secondsLeft(samples, 1000)).toBeCloseTo(80);
});

test("nothing is promised before there is a pace", () => {
  expect(secondsLeft([{ at: 0, bytes: 0 }], 100)).toBeNull();
  expect(secondsLeft([{ at: 0, bytes: 5 }, { at: 5000, bytes: 5 }], 100)).toBeNull();
});
