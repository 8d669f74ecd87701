import { expect, test } from "vitest";
import { lines } from "./ndjson";

function stream(...chunks: string[]): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
      controller.close();
    },
  });
}

async function all(body: ReadableStream<Uint8Array>): Promise<string[]> {
  const found: string[] = [];
  for await (const line of lines(body)) found.push(line);
  return found;
}

test("a line cut between chunks comes whole, and the last needs no newline", async () => {
  expect(await all(stream('{"a":', "1}\n\n{", '"b":2}'))).toEqual(['{"a":1}', '{"b":2}']);
});
