/** The ten questions of a review, each one click from where it is answered. */
export const QUESTIONS = [
  { name: "who", to: "/calls" },
  { name: "allowed", to: "/authorization" },
  { name: "through", to: "/timeline" },
  { name: "touched", to: "/record" },
  { name: "nobody", to: "/calls", search: { filter: "refused" } },
  { name: "robots", to: "/people", search: { sort: "-verdict" } },
  { name: "more", to: "/findings", search: { family: ["AZ"] } },
  { name: "tokens", to: "/findings", search: { family: ["TK"] } },
  { name: "complete", to: "/evidence" },
  { name: "over", to: "/report" },
] as const satisfies readonly { name: string; to: string; search?: object }[];

export type Question = { name: (typeof QUESTIONS)[number]["name"]; to: (typeof QUESTIONS)[number]["to"]; search?: object };
/** The same, as they are gone through. */
export const questions: readonly Question[] = QUESTIONS;

export type QuestionName = (typeof QUESTIONS)[number]["name"];
