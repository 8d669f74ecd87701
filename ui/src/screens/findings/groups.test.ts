import { expect, test } from "vitest";
import type { FindingRow } from "../../bindings/FindingRow";
import { groups } from "./groups";

const row = (id: string, rule: string, severity: string): FindingRow => ({
  id,
  rule,
  family: rule.slice(0, 2),
  severity,
  potential_critical: false,
  unrated: false,
  confidence: "probable",
  title: "",
  cause: "",
  calls: 2,
  instances: 1,
  first: null,
  last: null,
  design_fact: false,
  accepted: null,
});

test("the group with the worst finding stands first, and so within it", () => {
  const found = groups([row("1", "RU-04", "low"), row("2", "AZ-01", "medium"), row("3", "RU-04", "high")], "rule");
  expect(found.map((group) => group.key)).toEqual(["RU-04", "AZ-01"]);
  expect(found[0]?.rows.map((each) => each.id)).toEqual(["3", "1"]);
  expect(found[0]?.calls).toBe(4);
});

test("groups by family gather rules", () => {
  expect(groups([row("1", "RU-04", "low"), row("2", "RU-01", "low")], "family")).toHaveLength(1);
});
