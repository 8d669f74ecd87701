import { useEffect, useRef } from "react";
import { usePreferences } from "./preferences";

/** Whether a key press belongs to a field, menu or dialog rather than to the window. */
export function isTyping(event: KeyboardEvent): boolean {
  const target = event.target;
  if (!(target instanceof HTMLElement)) return false;
  if (target.closest('[role="dialog"], [role="menu"], [role="listbox"], [role="combobox"]') !== null) return true;
  return target.matches("input, textarea, select, [contenteditable]");
}

/** Keys of a screen, by `event.key`. A handler returns false where it does not take the press. */
export type Keys = Record<string, (event: KeyboardEvent) => boolean | undefined>;

/** Listens for keys while the screen stands. Single letters are off where the reviewer turned them off. */
export function useKeys(keys: Keys): void {
  const { letters } = usePreferences();
  const current = useRef(keys);
  useEffect(() => {
    current.current = keys;
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      if (event.key.length === 1 && !letters) return;
      const act = current.current[event.key];
      if (act !== undefined && act(event) !== false) event.preventDefault();
    };
    window.addEventListener("keydown", listen);
    return () => {
      window.removeEventListener("keydown", listen);
    };
  }, [letters]);
}
