import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { count } from "../format/number";
import { screenPlace } from "../state/places";
import { ask } from "../state/queries";
import { strings } from "../strings";

const ICONS: Record<string, ReactNode> = {
  overview: <path d="M2.5 13.5v-5M6.2 13.5V5M9.8 13.5V8M13.5 13.5v-11" />,
  timeline: <path d="M2 4h6M5 8h8M3.5 12H9M12 12h1.5" />,
  findings: <path d="M4 14V2.5h8l-1.6 3.2L12 9H4" />,
  calls: <path d="M2.5 3.5h11M2.5 8h11M2.5 12.5h11M6 3.5v9" />,
  evidence: <path d="M2.5 4.5v8h11v-6.5h-6l-1.5-1.5zM6 10.2l1.6 1.4L10.4 8.6" />,
};

const SCREENS = [
  { name: "overview", path: "/" },
  { name: "timeline", path: "/timeline" },
  { name: "findings", path: "/findings" },
  { name: "calls", path: "/calls" },
  { name: "evidence", path: "/evidence" },
] as const;

/** The screens of a case; each comes back as it was left. */
export function Sidebar({ casePath }: { casePath: string }) {
  const here = useLocation({ select: (location) => location.pathname });
  const { data } = useQuery(ask.overview());
  const open = data?.open_high ?? 0;
  return (
    <nav className="sidebar" aria-label={strings.nav.label} tabIndex={-1} data-part="screens">
      <ul>
        {SCREENS.map(({ name, path }) => (
          <li key={name}>
            <Link to={screenPlace(casePath, path)} className="screen" aria-current={here === path ? "page" : undefined} data-testid={`nav-${name}`}>
              <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.4" aria-hidden="true">
                {ICONS[name]}
              </svg>
              {strings.nav[name]}
              {name === "findings" && open > 0 ? (
                <>
                  <span className="badge" aria-hidden="true">
                    {count(open)}
                  </span>
                  <span className="hidden-but-read">{strings.nav.openFindings(open)}</span>
                </>
              ) : null}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}
