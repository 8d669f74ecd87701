import js from "@eslint/js";
import jsxA11y from "eslint-plugin-jsx-a11y";
import reactHooks from "eslint-plugin-react-hooks";
import globals from "globals";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist", "dist-screens", "src/bindings", "test/shots"] },
  js.configs.recommended,
  ...tseslint.configs.strict,
  ...tseslint.configs.stylistic,
  reactHooks.configs.flat.recommended,
  jsxA11y.flatConfigs.strict,
  {
    languageOptions: { globals: globals.browser },
    rules: {
      "@typescript-eslint/consistent-type-definitions": "off",
      "@typescript-eslint/consistent-type-imports": "error",
      "no-console": "error",
      // A dialog opened by the reviewer may take the focus; React Aria gives it back.
      "jsx-a11y/no-autofocus": ["error", { ignoreNonDOM: true }],
      // Grid patterns are composed of rows and cells that take focus by the roving tab stop.
      "jsx-a11y/no-noninteractive-tabindex": ["error", { tags: [], roles: ["grid", "region", "listbox", "application"] }],
    },
  },
  {
    files: ["src/**/*.{ts,tsx}"],
    ignores: ["src/host/**"],
    rules: {
      "no-restricted-imports": [
        "error",
        {
          patterns: [
            { group: ["@tauri-apps/*"], message: "Only src/host knows the transport." },
            { group: ["**/host/tauri", "**/host/http"], message: "Ask src/host for the host; it chooses the transport." },
          ],
        },
      ],
      "no-restricted-globals": ["error", { name: "fetch", message: "Only src/host talks to the host." }],
    },
  },
  {
    files: ["src/{format,design}/**/*.{ts,tsx}"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ group: ["**/screens/**", "**/frame/**", "**/drawer/**", "@tauri-apps/*"], message: "Design and format know no screen." }] },
      ],
    },
  },
  { files: ["*.{js,ts}", "test/**/*.ts"], languageOptions: { globals: globals.node } },
);
