import { expect, test } from "vitest";
import { shade, weeks } from "./weeks";

const day = (word: string) => ({ day: word, calls: 1, attributed: 1, supported: 0, refused: 0, contradicted: 0 });

test("days stand under their weekday, and a week begun is a whole row", () => {
  const found = weeks([day("2026-03-01"), day("2026-03-02"), day("2026-03-04")]);
  expect(found.map((week) => week.monday)).toEqual(["2026-02-23", "2026-03-02"]);
  expect(found[0]?.days[6]?.day).toBe("2026-03-01");
  expect(found[1]?.days.map((d) => d?.day ?? null)).toEqual(["2026-03-02", null, "2026-03-04", null, null, null, null]);
});

test("a day with one call is never as blank as a day with none", () => {
  expect(shade(0, 900)).toBe(0);
  expect(shade(1, 900)).toBe(1);
  expect(shade(900, 900)).toBe(4);
});
