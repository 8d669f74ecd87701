import { expect, test } from "vitest";
import { parseSearch, readFindings, readTimeline, stringifySearch, toggled } from "./address";

test("a findings address comes back as it was", () => {
  const search = { severity: ["high", "critical"], facts: true as const, text: "a&b=c", finding: "AG-02:claims" };
  const written = stringifySearch(search);
  expect(written).toBe("?severity=high,critical&facts=1&text=a%26b%3Dc&finding=AG-02:claims");
  expect(readFindings(parseSearch(written))).toEqual(search);
});

test("a window that runs backwards or is half given is no window", () => {
  expect(readTimeline({ person: "p", from: "5", to: "2" })).toEqual({ person: "p" });
  expect(readTimeline({ from: "5" })).toEqual({});
  expect(readTimeline({ from: "2", to: "5" })).toEqual({ from: 2, to: 5 });
});

test("an id of digits keeps its form", () => {
  expect(parseSearch("?record=00012")).toEqual({ record: "00012" });
});

test("toggling the last value leaves no filter at all", () => {
  expect(toggled(["high"], "high")).toBeUndefined();
  expect(toggled(undefined, "high")).toEqual(["high"]);
});
