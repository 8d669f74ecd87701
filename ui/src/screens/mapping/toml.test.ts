import { expect, test } from "vitest";
import { fieldAt, withField } from "./toml";

const TOML = `name = "gateway"
records = "ndjson"

[fields]
time = "/at"
# human = "/who"
outcome = { from = "/status", success = ["ok"] }

[attributes]
amount = "/amount"
`;

test("a pointer's field is found, plain or with a table; what stands commented out is none", () => {
  expect(fieldAt(TOML, "/at")).toBe("time");
  expect(fieldAt(TOML, "/status")).toBe("outcome");
  expect(fieldAt(TOML, "/who")).toBeNull();
  expect(fieldAt(TOML, "/amount")).toBeNull();
});

test("a field is added, changed and taken away without touching the rest", () => {
  const added = withField(TOML, "human", "/who");
  expect(fieldAt(added, "/who")).toBe("human");
  expect(added).toContain("# human =");
  expect(withField(added, "human", null)).toBe(TOML);
  const changed = withField(TOML, "time", '/a"b');
  expect(changed).toContain('time = "/a\\"b"');
  expect(changed.split("\n")).toHaveLength(TOML.split("\n").length);
  expect(withField('name = "x"', "time", "/t")).toBe('name = "x"\n\n[fields]\ntime = "/t"\n');
});
