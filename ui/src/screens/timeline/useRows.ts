import { type RefObject, useEffect, useState } from "react";

/** Lists up to this length are drawn whole. */
const WHOLE = 300;
const SPARE = 20;

/** Which rows of a long list of even rows are near the part that is scrolled into view. */
export function useRows(scroll: RefObject<HTMLElement | null>, rows: number, height: number): { first: number; end: number } {
  const [at, setAt] = useState({ top: 0, tall: 800 });
  const long = rows > WHOLE;
  useEffect(() => {
    const element = scroll.current;
    if (element === null || !long) return;
    const read = () => {
      setAt({ top: element.scrollTop, tall: element.clientHeight });
    };
    read();
    element.addEventListener("scroll", read, { passive: true });
    return () => {
      element.removeEventListener("scroll", read);
    };
  }, [scroll, long]);
  if (!long) return { first: 0, end: rows };
  return { first: Math.max(0, Math.floor(at.top / height) - SPARE), end: Math.min(rows, Math.ceil((at.top + at.tall) / height) + SPARE) };
}
