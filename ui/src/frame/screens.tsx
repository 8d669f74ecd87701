import type { ReactNode } from "react";

/** Every screen of a case: where it is, its letter after g, and its sign. */
export const SCREENS = [
  { name: "overview", path: "/", letter: "o", group: 0, icon: <path d="M2.5 13.5v-5M6.2 13.5V5M9.8 13.5V8M13.5 13.5v-11" /> },
  { name: "findings", path: "/findings", letter: "f", group: 0, icon: <path d="M4 14V2.5h8l-1.6 3.2L12 9H4" /> },
  { name: "calls", path: "/calls", letter: "c", group: 0, icon: <path d="M2.5 3.5h11M2.5 8h11M2.5 12.5h11M6 3.5v9" /> },
  { name: "timeline", path: "/timeline", letter: "t", group: 0, icon: <path d="M2 4h6M5 8h8M3.5 12H9M12 12h1.5" /> },
  { name: "runs", path: "/runs", letter: "n", group: 0, icon: <path d="M3 8h3.5M6.5 3.5v9M6.5 3.5H10M6.5 12.5H10M6.5 8H10M11.5 2.5h2v2h-2zM11.5 7h2v2h-2zM11.5 11.5h2v2h-2z" /> },
  { name: "record", path: "/record", letter: "r", group: 0, icon: <path d="M4 2.5h5l3 3v8H4zM9 2.5v3h3M6 8.5h4M6 11h4" /> },
  { name: "people", path: "/people", letter: "p", group: 1, icon: <path d="M8 7.5a2.4 2.4 0 1 0 0-4.8 2.4 2.4 0 0 0 0 4.8zM3 13.5c.4-2.6 2.4-4 5-4s4.6 1.4 5 4" /> },
  { name: "agents", path: "/agents", letter: "a", group: 1, icon: <path d="M8 2 13.2 5v6L8 14 2.8 11V5zM8 6v4M6 8h4" /> },
  { name: "patterns", path: "/patterns", letter: "m", group: 1, icon: <path d="M2.5 2.5h11v11h-11zM2.5 6.2h11M2.5 9.8h11M6.2 2.5v11M9.8 2.5v11" /> },
  { name: "authorization", path: "/authorization", letter: "w", group: 1, icon: <path d="M8 2 13 4v4c0 3-2 5-5 6-3-1-5-3-5-6V4zM5.8 8l1.6 1.6 3-3.2" /> },
  { name: "evidence", path: "/evidence", letter: "e", group: 2, icon: <path d="M2.5 4.5v8h11v-6.5h-6l-1.5-1.5zM6 10.2l1.6 1.4L10.4 8.6" /> },
  { name: "report", path: "/report", letter: "x", group: 2, icon: <path d="M3.5 2.5h9v11h-9zM6 5.5h4M6 8h4M6 10.5h2.5" /> },
  { name: "settings", path: "/settings", letter: "s", group: 2, icon: <path d="M2.5 4.5h6M12 4.5h1.5M2.5 11.5H4M7.5 11.5h6M10.2 6.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4zM5.8 13.2a1.7 1.7 0 1 0 0-3.4 1.7 1.7 0 0 0 0 3.4z" /> },
] as const satisfies readonly { name: string; path: string; letter: string; group: number; icon: ReactNode }[];

export type ScreenName = (typeof SCREENS)[number]["name"];
