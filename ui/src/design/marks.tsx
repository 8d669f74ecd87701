import type { ReactNode } from "react";
import { strings } from "../strings";
import "./marks.css";

/** The five severities, each by shape and word, never by colour alone. */
const SEVERITY_SHAPES: Record<string, ReactNode> = {
  critical: (
    <>
      <path d="M4.2 1h5.6L13 4.2v5.6L9.8 13H4.2L1 9.8V4.2z" fill="currentColor" />
      <path d="M7 3.6v4.2M7 9.4v1.2" stroke="var(--surface)" strokeWidth="1.6" />
    </>
  ),
  high: <path d="M7 1.4 13.2 12.4H.8z" fill="currentColor" />,
  medium: <path d="M7 .9 13.1 7 7 13.1.9 7z" fill="currentColor" />,
  low: <path d="M1.6 3.6h10.8L7 11.8z" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinejoin="round" />,
  info: (
    <>
      <circle cx="7" cy="7" r="5.3" fill="none" stroke="currentColor" strokeWidth="1.4" />
      <path d="M7 6.2v3.8M7 3.8v1.2" stroke="currentColor" strokeWidth="1.4" />
    </>
  ),
};

export function SeverityMark({ severity, word = true }: { severity: string; word?: boolean }) {
  const name = strings.severity[severity] ?? severity;
  return (
    <span className={`mark severity ${severity}`} title={name}>
      <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
        {SEVERITY_SHAPES[severity]}
      </svg>
      <span className={word ? undefined : "hidden-but-read"}>{name}</span>
    </span>
  );
}

export type PrincipalKind = "human" | "agent" | "service" | "robot" | "unknown";

const HEXAGON = "M7 1.2 12 4.1v5.8L7 12.8 2 9.9V4.1z";

const PRINCIPAL_SHAPES: Record<PrincipalKind, ReactNode> = {
  human: <circle cx="7" cy="7" r="5" fill="currentColor" />,
  agent: <path d={HEXAGON} fill="currentColor" />,
  service: <rect x="2" y="2" width="10" height="10" fill="currentColor" />,
  robot: (
    <>
      <circle cx="7" cy="7" r="4.8" fill="none" stroke="currentColor" strokeWidth="1.8" />
      <path d="M9 .6h4.4v4.6L9.8 6.6 7.6 4.4z" fill="var(--surface)" />
      <path d="m10.9.5.4 1 .9-.3.6.6-.3.9 1 .4v.8l-1 .4.3.9-.6.6-.9-.3-.4 1h-.8l-.4-1-.9.3-.6-.6.3-.9-1-.4v-.8l1-.4-.3-.9.6-.6.9.3.4-1z" fill="currentColor" />
    </>
  ),
  unknown: <circle cx="7" cy="7" r="5" fill="none" stroke="currentColor" strokeWidth="1.5" strokeDasharray="2.2 1.7" />,
};

/** The mark of a kind of principal, with its name for those who do not see it. */
export function PrincipalMark({ kind, label }: { kind: PrincipalKind; label?: ReactNode }) {
  const name = strings.principal[kind];
  return (
    <span className={`mark principal ${kind}`} title={name}>
      <svg width="14" height="14" viewBox="0 0 14 14" role="img" aria-label={name}>
        {PRINCIPAL_SHAPES[kind]}
      </svg>
      {label === undefined ? null : <span className="clip">{label}</span>}
    </span>
  );
}

/** The kind that a wire kind or a chain node stands for. */
export function principalKind(word: string): PrincipalKind {
  switch (word) {
    case "human":
    case "delegated":
      return "human";
    case "agent":
    case "run":
      return "agent";
    case "service":
    case "system":
    case "call":
      return "service";
    case "robot_user":
    case "shared":
      return "robot";
    default:
      return "unknown";
  }
}

const FILL: Record<string, number> = { A: 12, B: 9, C: 6, D: 3, X: 0 };

/** How well a name is carried: a gauge that is full for A and struck for X, with the letter. */
export function GradeMark({ grade, basis }: { grade: string | null; basis?: string | null }) {
  if (grade === null) return <span className="quiet">–</span>;
  const fill = FILL[grade] ?? 0;
  const words = strings.grade.title(grade, basis ?? null);
  return (
    <span className={`mark grade ${grade}`} title={words}>
      <svg width="10" height="14" viewBox="0 0 10 14" aria-hidden="true">
        <rect x="1.5" y={13 - fill} width="7" height={fill} fill="currentColor" />
        <rect x="1.1" y="1.1" width="7.8" height="11.8" fill="none" stroke="currentColor" strokeWidth="1.2" />
        {grade === "X" ? <path d="M.6 13.4 9.4.6M.6.6l8.8 12.8" stroke="currentColor" strokeWidth="1.2" /> : null}
      </svg>
      <span aria-hidden="true">{grade}</span>
      <span className="hidden-but-read">{words}</span>
    </span>
  );
}

const PATTERN_SHAPES: Record<string, ReactNode> = {
  service_account: <rect x="3" y="3" width="10" height="10" fill="var(--service)" />,
  obo: <circle cx="8" cy="8" r="5" fill="var(--human)" />,
  hybrid: (
    <>
      <path d="M8 1.6 13.6 4.8v6.4L8 14.4 2.4 11.2V4.8z" fill="none" stroke="var(--agent)" strokeWidth="1.5" />
      <circle cx="8" cy="8" r="3.2" fill="var(--human)" />
    </>
  ),
  robot_user: (
    <g transform="translate(1 1)" color="var(--robot)">
      {PRINCIPAL_SHAPES.robot}
    </g>
  ),
  impersonation: (
    <>
      <circle cx="8" cy="8" r="5" fill="none" stroke="var(--human)" strokeWidth="1.6" />
      <path d="M8 3a5 5 0 0 1 0 10z" fill="var(--human)" />
    </>
  ),
  direct: (
    <>
      <circle cx="8" cy="8" r="5" fill="none" stroke="var(--human)" strokeWidth="1.6" />
      <circle cx="8" cy="8" r="1.8" fill="var(--human)" />
    </>
  ),
  masquerade: (
    <>
      <circle cx="8" cy="8" r="5" fill="none" stroke="var(--bad)" strokeWidth="1.6" />
      <path d="m4 12 8-8" stroke="var(--bad)" strokeWidth="1.6" />
    </>
  ),
  undetermined: <circle cx="8" cy="8" r="5" fill="none" stroke="var(--unknown)" strokeWidth="1.5" strokeDasharray="2.2 1.7" />,
};

/** The mark of an identity pattern. */
export function PatternMark({ pattern, word = false }: { pattern: string; word?: boolean }) {
  const name = strings.pattern[pattern] ?? pattern;
  return (
    <span className="mark pattern" title={name}>
      <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
        {PATTERN_SHAPES[pattern] ?? PATTERN_SHAPES.undetermined}
      </svg>
      <span className={word ? undefined : "hidden-but-read"}>{name}</span>
    </span>
  );
}

export type Ink = "strong" | "supported" | "refused" | "contradicted" | "automation";

/** A bar cut by grade. It repeats figures that stand beside it as text, so it is not read out. */
export function StackBar({ parts, total, thick = false }: { parts: { ink: Ink; value: number }[]; total: number; thick?: boolean }) {
  return (
    <div className={thick ? "stack thick" : "stack"} aria-hidden="true">
      {parts
        .filter((part) => part.value > 0 && total > 0)
        .map((part) => (
          <i key={part.ink} className={`ink-${part.ink}`} style={{ flex: `0 1 ${String((100 * part.value) / total)}%` }} />
        ))}
    </div>
  );
}

export function Swatch({ ink }: { ink: Ink }) {
  return <span className={`swatch ink-${ink}`} aria-hidden="true" />;
}
