import { type ReactNode, useEffect, useRef } from "react";
import { useKeys } from "../state/keys";
import { strings } from "../strings";
import { Button } from "./Button";
import "./sheet.css";

/** Two panes: a list, and the sheet of what was opened in it. */
export function Split({ open, list, sheet }: { open: boolean; list: ReactNode; sheet: ReactNode }) {
  return (
    <div className={open ? "splitpane opened" : "splitpane"}>
      <div className="splitlist">{list}</div>
      {open ? sheet : null}
    </div>
  );
}

/** One thing in full, beside the list that it was opened from. */
export function Sheet({ title, mark, sub, onClose, children, testid }: { title: string; mark?: ReactNode; sub?: ReactNode; onClose: () => void; children: ReactNode; testid: string }) {
  const panel = useRef<HTMLElement>(null);
  useEffect(() => {
    if (document.activeElement === document.body) panel.current?.focus();
  }, []);
  useKeys({
    Escape: () => {
      if (document.querySelector(".drawer") !== null) return false;
      onClose();
      return true;
    },
  });
  return (
    <aside className="sheet" aria-label={title} ref={panel} tabIndex={-1} data-part="sheet" data-testid={testid}>
      <header>
        <div className="sheettitle">
          <h2>
            {mark}
            <span className="clip" title={title}>
              {title}
            </span>
          </h2>
          {sub === undefined ? null : <p className="second">{sub}</p>}
        </div>
        <Button look="bare" size="icon" aria-label={strings.sheet.close} onPress={onClose} testid="sheet-close">
          <svg width="12" height="12" viewBox="0 0 12 12" aria-hidden="true">
            <path d="m2 2 8 8M10 2 2 10" stroke="currentColor" strokeWidth="1.5" />
          </svg>
        </Button>
      </header>
      <div className="sheet-body" role="region" aria-label={title} tabIndex={0}>
        {children}
      </div>
    </aside>
  );
}

/** A titled part of a sheet. */
export function Part({ title, help, children }: { title: string; help?: ReactNode; children: ReactNode }) {
  return (
    <section className="part">
      <h3>{title}</h3>
      {help === undefined ? null : <p className="quiet">{help}</p>}
      {children}
    </section>
  );
}

/** Terms and what they are; what is absent is left out by the caller. */
export function Facts({ rows }: { rows: [string, ReactNode][] }) {
  return (
    <dl className="terms">
      {rows.map(([term, value]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
