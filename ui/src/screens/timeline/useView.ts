import { useNavigate, useSearch } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { Span } from "./scale";

const SETTLE = 180;

/** The stretch of time in view. While it moves it lives here; once it rests it stands in the address. */
export function useView(bounds: Span): { view: Span; setView: (next: Span) => void } {
  const { from, to } = useSearch({ from: "/timeline" });
  const navigate = useNavigate({ from: "/timeline" });
  const [moving, setMoving] = useState<Span | null>(null);
  const address = `${String(from)}-${String(to)}`;
  const [seen, setSeen] = useState(address);
  if (address !== seen) {
    setSeen(address);
    setMoving(null);
  }
  useEffect(() => {
    if (moving === null) return;
    const timer = setTimeout(() => {
      const whole = moving.from <= bounds.from && moving.to >= bounds.to;
      void navigate({ search: (now) => ({ ...now, from: whole ? undefined : moving.from, to: whole ? undefined : moving.to }) as never, replace: true });
    }, SETTLE);
    return () => {
      clearTimeout(timer);
    };
  }, [moving, navigate, bounds.from, bounds.to]);
  const rest = from === undefined || to === undefined ? bounds : { from, to };
  return { view: moving ?? rest, setView: setMoving };
}
