import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from "react";
import type { Zone } from "../format/time";

export type Theme = "system" | "light" | "dark";
export type Density = 24 | 28 | 32;
type Preferences = {
  zone: Zone;
  setZone: (zone: Zone) => void;
  theme: Theme;
  setTheme: (theme: Theme) => void;
  /** Whether single letters act as keys (they can be turned off: WCAG 2.1.4). */
  letters: boolean;
  setLetters: (on: boolean) => void;
  /** Height of a table's row in pixels. */
  density: Density;
  setDensity: (density: Density) => void;
  /** Who reviews: stands beside every act of review and in reports. */
  reviewer: string;
  setReviewer: (name: string) => void;
};

const Context = createContext<Preferences | null>(null);

const KEPT = { zone: "behalf.zone", theme: "behalf.theme", letters: "behalf.letters", density: "behalf.density", reviewer: "behalf.reviewer" };

function kept<T extends string>(key: string, allowed: readonly T[], otherwise: T): T {
  const value = localStorage.getItem(key);
  return allowed.find((word) => word === value) ?? otherwise;
}

/** What a reviewer sets once for this machine: the zone of all times, and light or dark. */
export function PreferencesProvider({ children }: { children: ReactNode }) {
  const [zone, setZone] = useState<Zone>(() => kept(KEPT.zone, ["utc", "local"], "utc"));
  const [theme, setTheme] = useState<Theme>(() => kept(KEPT.theme, ["system", "light", "dark"], "system"));
  const [letters, setLetters] = useState(() => kept(KEPT.letters, ["on", "off"], "on") === "on");
  const [density, setDensity] = useState<Density>(() => Number(kept(KEPT.density, ["24", "28", "32"], "28")) as Density);
  const [reviewer, setReviewer] = useState(() => localStorage.getItem(KEPT.reviewer) ?? "");

  useEffect(() => {
    localStorage.setItem(KEPT.density, String(density));
    document.documentElement.dataset.density = String(density);
  }, [density]);
  useEffect(() => {
    localStorage.setItem(KEPT.reviewer, reviewer);
  }, [reviewer]);
  useEffect(() => {
    localStorage.setItem(KEPT.zone, zone);
  }, [zone]);
  useEffect(() => {
    localStorage.setItem(KEPT.letters, letters ? "on" : "off");
  }, [letters]);
  useEffect(() => {
    localStorage.setItem(KEPT.theme, theme);
    if (theme === "system") delete document.documentElement.dataset.theme;
    else document.documentElement.dataset.theme = theme;
  }, [theme]);

  const value = useMemo(
    () => ({ zone, setZone, theme, setTheme, letters, setLetters, density, setDensity, reviewer, setReviewer }),
    [zone, theme, letters, density, reviewer],
  );
  return <Context value={value}>{children}</Context>;
}

export function usePreferences(): Preferences {
  const value = useContext(Context);
  if (value === null) throw new Error("usePreferences outside PreferencesProvider");
  return value;
}

export const useZone = (): Zone => usePreferences().zone;
