import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { include: ["test/**/*.journey.ts"], environment: "node", testTimeout: 240_000, hookTimeout: 120_000, fileParallelism: false },
});
