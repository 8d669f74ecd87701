import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// The port is fixed: the desktop shell looks for the development server there.
export default defineConfig({
  plugins: [react()],
  server: { host: "127.0.0.1", port: 1420, strictPort: true },
  preview: {
    host: "127.0.0.1",
    // The policy of the shipped window, so that a breach shows in the screen tests.
    headers: { "Content-Security-Policy": "default-src 'self'" },
  },
  build: {
    target: ["es2023", "chrome120", "safari17"],
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
  },
});
