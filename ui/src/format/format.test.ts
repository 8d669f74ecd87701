import { describe, expect, test } from "vitest";
import { bytes, count, duration, percent } from "./number";
import { clock, instant, millis, parts, period, zoneWord } from "./time";

const at = Date.UTC(2026, 2, 4, 15, 40, 4, 366);

describe("numbers", () => {
  test("have thousands separators", () => {
    expect(count(2404)).toBe("2,404");
  });
  test("a share never rounds to a false all or none", () => {
    expect(percent(9999, 10000)).toBe("over 99 %");
    expect(percent(1, 10000)).toBe("under 1 %");
    expect(percent(0, 10)).toBe("0 %");
    expect(percent(10, 10)).toBe("100 %");
    expect(percent(0, 0)).toBe("–");
  });
  test("bytes and durations read as words", () => {
    expect(bytes(812)).toBe("812 B");
    expect(bytes(3_400_000)).toBe("3.4 MB");
    expect(duration(125)).toBe("2 min 5 s");
  });
});

describe("times, on a machine in Kathmandu", () => {
  test("carry their zone", () => {
    expect(instant(at, "utc")).toBe("2026-03-04 15:40:04.366 UTC");
    expect(instant(at, "local")).toBe("2026-03-04 21:25:04.366 UTC+05:45");
    expect(zoneWord("local", at)).toBe("UTC+05:45");
  });
  test("milliseconds show only where there are any", () => {
    expect(clock(Date.UTC(2026, 2, 4, 9), "utc")).toBe("09:00:00");
  });
  test("weeks begin on Monday", () => {
    expect(parts(Date.UTC(2026, 2, 2), "utc").weekday).toBe(0);
  });
  test("a period says its year once", () => {
    expect(period(Date.UTC(2026, 2, 1), Date.UTC(2026, 2, 28), "utc")).toBe("1–28 Mar 2026");
    expect(period(Date.UTC(2025, 11, 30), Date.UTC(2026, 0, 2), "utc")).toBe("30 Dec 2025 – 2 Jan 2026");
  });
  test("an unreadable time is no time", () => {
    expect(millis("yesterday")).toBeNull();
    expect(millis("2026-03-04T15:40:04.366Z")).toBe(at);
  });
});
