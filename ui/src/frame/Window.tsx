import { Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { Failure, Loading } from "../design/states";
import { Drawer } from "../drawer/Drawer";
import { Start } from "../screens/start/Start";
import { useCase } from "../state/case";
import { isTyping, useKeys } from "../state/keys";
import { lastPlace, notePlace, screenPlace } from "../state/places";
import { useRecord } from "../state/record";
import { strings } from "../strings";
import { BottomBar } from "./BottomBar";
import { DropTarget } from "./DropTarget";
import { KeySheet } from "./KeySheet";
import { Palette } from "./Palette";
import { ReportDialog } from "./ReportDialog";
import { SCREENS } from "./screens";
import { Sidebar } from "./Sidebar";
import { TopBar } from "./TopBar";
import { useParts } from "./useParts";
import "./frame.css";

export type Sheet = "palette" | "keys" | "report" | null;

const GO = new Map<string, string>(SCREENS.map(({ letter, path }) => [letter, path]));
/** How long g waits for its letter, in milliseconds. */
const WAITS = 1200;

/** The whole window: the start screen, or a case in its frame. */
export function Window() {
  const { app, appError, info } = useCase();
  if (appError !== null) return <Failure error={appError} />;
  if (app === undefined) return <Loading what={strings.start.loading} />;
  return info === null ? <Start app={app} /> : <Frame casePath={info.path} />;
}

function Frame({ casePath }: { casePath: string }) {
  const [sheet, setSheet] = useState<Sheet>(null);
  const { record, closeRecord } = useRecord();
  const navigate = useNavigate();
  const location = useLocation();
  const gone = useRef(-Infinity);
  useParts();

  // A case opened from the start screen comes back where it was left; an address that was typed stands.
  const entered = useRef<string | null>(null);
  useEffect(() => {
    if (entered.current === casePath) return;
    entered.current = casePath;
    if (location.pathname === "/" && location.searchStr === "") void navigate({ href: lastPlace(casePath), replace: true });
  }, [casePath, location, navigate]);
  useEffect(() => {
    notePlace(casePath, location.pathname, location.searchStr);
  }, [casePath, location]);

  useKeys({
    "?": () => {
      setSheet("keys");
      return true;
    },
    g: () => {
      gone.current = performance.now();
      return true;
    },
    Escape: () => {
      if (record === undefined) return false;
      closeRecord();
      return true;
    },
  });
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key === "k" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        setSheet("palette");
      }
    };
    window.addEventListener("keydown", listen);
    return () => {
      window.removeEventListener("keydown", listen);
    };
  }, []);
  // The letter after g wins over what it means to the screen or the grid that has the focus.
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      const to = GO.get(event.key);
      if (to === undefined || performance.now() - gone.current > WAITS || event.ctrlKey || event.metaKey || event.altKey || isTyping(event)) return;
      gone.current = -Infinity;
      event.preventDefault();
      event.stopPropagation();
      void navigate({ href: screenPlace(casePath, to) });
    };
    window.addEventListener("keydown", listen, { capture: true });
    return () => {
      window.removeEventListener("keydown", listen, { capture: true });
    };
  }, [navigate, casePath]);

  const close = () => {
    setSheet(null);
  };
  return (
    <div className="frame">
      <a className="skip" href="#page">
        {strings.top.skip}
      </a>
      <TopBar show={setSheet} />
      <Sidebar casePath={casePath} />
      <main id="page" className="page" tabIndex={-1} data-part="page">
        <Outlet />
      </main>
      {record === undefined ? null : <Drawer key={record} id={record} onClose={closeRecord} />}
      <BottomBar />
      <DropTarget />
      {sheet === "palette" ? <Palette onClose={close} show={setSheet} /> : null}
      {sheet === "keys" ? <KeySheet onClose={close} /> : null}
      {sheet === "report" ? <ReportDialog onClose={close} /> : null}
    </div>
  );
}
