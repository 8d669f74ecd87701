import { expect, test } from "vitest";
import { cutAtRecord, readMoment, readWith, verdict } from "./asked";

test("context values are named parts; anything else is none", () => {
  expect(readWith("amount=400; region = eu\nnote=a=b;=x;plain;empty=")).toEqual([
    ["amount", "400"],
    ["region", "eu"],
    ["note", "a=b"],
  ]);
});

test("a moment without a zone is UTC, on a machine in Kathmandu", () => {
  expect(readMoment("2026-03-04")).toBe("2026-03-04T00:00:00.000Z");
  expect(readMoment("2026-03-04 15:40")).toBe("2026-03-04T15:40:00.000Z");
  expect(readMoment("2026-03-04T15:40:04.366+02:00")).toBe("2026-03-04T13:40:04.366Z");
  expect(readMoment("2026-03-04 15:40:00 UTC")).toBe("2026-03-04T15:40:00.000Z");
  expect(readMoment("yesterday")).toBeNull();
});

test("an open question is never a no", () => {
  expect(verdict("unanswerable", "yes")).toBe("unanswerable");
  expect(verdict("yes", null)).toBe("person_yes");
  expect(verdict("no", "yes")).toBe("agent_only");
  expect(verdict("yes", "unanswerable")).toBe("person_yes");
  expect(verdict("no", "no")).toBe("neither");
});

test("a record in a reason can be opened", () => {
  expect(cutAtRecord("entitlement record sha256:00aa")).toEqual({ before: "entitlement record ", id: "sha256:00aa", after: "" });
  expect(cutAtRecord("may take on R, which has it: no right of their own (record r-1)")).toEqual({ before: "may take on R, which has it: no right of their own (record ", id: "r-1", after: ")" });
  expect(cutAtRecord("no grant covers it").id).toBeNull();
});
