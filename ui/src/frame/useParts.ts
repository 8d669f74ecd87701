import { useEffect } from "react";

/** F6 goes to the next part of the window, Shift+F6 to the one before. */
export function useParts(): void {
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key !== "F6") return;
      const parts = [...document.querySelectorAll<HTMLElement>("[data-part]")];
      const here = parts.findIndex((part) => part.contains(document.activeElement));
      const next = parts.at((here + (event.shiftKey ? -1 : 1)) % parts.length);
      event.preventDefault();
      next?.focus();
    };
    window.addEventListener("keydown", listen);
    return () => {
      window.removeEventListener("keydown", listen);
    };
  }, []);
}
