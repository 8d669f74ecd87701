import { defineConfig } from "vite";

// The staged host of the screen tests, as one script that runs before the page's own.
export default defineConfig({
  publicDir: false,
  build: {
    outDir: "dist-screens",
    emptyOutDir: false,
    minify: false,
    lib: { entry: "test/stage/stage.ts", formats: ["iife"], name: "stage", fileName: () => "stage.js" },
  },
});
