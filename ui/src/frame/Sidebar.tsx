import { useQuery } from "@tanstack/react-query";
import { Link, useLocation } from "@tanstack/react-router";
import { count } from "../format/number";
import { screenPlace } from "../state/places";
import { ask } from "../state/queries";
import { strings } from "../strings";
import { SCREENS } from "./screens";

/** The screens of a case; each comes back as it was left. */
export function Sidebar({ casePath }: { casePath: string }) {
  const here = useLocation({ select: (location) => location.pathname });
  const { data } = useQuery(ask.overview());
  const open = data?.open_high ?? 0;
  return (
    <nav className="sidebar" aria-label={strings.nav.label} tabIndex={-1} data-part="screens">
      <ul>
        {SCREENS.map(({ name, path, icon, group }, at) => (
          <li key={name} className={at > 0 && SCREENS[at - 1]?.group !== group ? "apart" : undefined}>
            <Link to={screenPlace(casePath, path)} className="screen" title={strings.nav[name]} aria-current={here === path ? "page" : undefined} data-testid={`nav-${name}`}>
              <svg width="16" height="16" viewBox="0 0 16 16" fill="none" stroke="currentColor" strokeWidth="1.4" aria-hidden="true">
                {icon}
              </svg>
              <span className="screenname">{strings.nav[name]}</span>
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
