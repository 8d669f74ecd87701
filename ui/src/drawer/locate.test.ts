import { expect, test } from "vitest";
import { indented, locate, marked } from "./locate";

const record = '{"a":{"b/c":[1,{"d":"x, \\"y\\""}],"e":1.50},"z":{} , "l":[]}';
const at = (pointer: string) => {
  const span = locate(record, pointer);
  return span === null ? null : record.slice(...span);
};

test("a pointer leads to the value's own text", () => {
  expect(at("/a/b~1c/1/d")).toBe('"x, \\"y\\""');
  expect(at("/a/e")).toBe("1.50");
  expect(at("/z")).toBe("{}");
  expect(at("/a/nothing")).toBeNull();
});

test("text that is no JSON leads nowhere and never hangs", () => {
  for (const text of ["", "{", '{"a', "a,b,c", '{"a":}', "[1,2", "{]}"]) expect(locate(text, "/a/b")).toBeNull();
});

test("indenting changes no token", () => {
  expect(indented(record).replaceAll(/\n */g, "").replaceAll('": ', '":')).toBe(record.replaceAll(" , ", ","));
  expect(indented(record)).toContain("1.50");
  expect(indented("not json")).toBe("not json");
});

test("marked pieces add up to the text", () => {
  const pieces = marked(record, ["/a/e", "/a/b~1c/0", "/a"]);
  expect(pieces.map((piece) => piece.text).join("")).toBe(record);
  expect(pieces.filter((piece) => piece.marked).map((piece) => piece.text)).toHaveLength(1);
});
