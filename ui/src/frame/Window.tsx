import { Outlet, useLocation, useNavigate } from "@tanstack/react-router";
import { useEffect, useRef, useState } from "react";
import { Failure, Loading } from "../design/states";
import { Drawer } from "../drawer/Drawer";
import { Start } from "../screens/start/Start";
import { useCase } from "../state/case";
import { useKeys } from "../state/keys";
import { lastPlace, notePlace } from "../state/places";
import { useRecord } from "../state/record";
import { strings } from "../strings";
import { BottomBar } from "./BottomBar";
import { DropTarget } from "./DropTarget";
import { KeySheet } from "./KeySheet";
import { Palette } from "./Palette";
import { ReportDialog } from "./ReportDialog";
import { Sidebar } from "./Sidebar";
import { TopBar } from "./TopBar";
import { useParts } from "./useParts";
import "./frame.css";

export type Sheet = "palette" | "keys" | "report" | null;

const GO: Record<string, string> = { o: "/", t: "/timeline", f: "/findings", c: "/calls", e: "/evidence" };

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

  const go = (key: string) => () => {
    const to = GO[key];
    if (to === undefined || performance.now() - gone.current > 1200) return false;
    gone.current = -Infinity;
    void navigate({ to });
    return true;
  };
  useKeys({
    "?": () => {
      setSheet("keys");
      return true;
    },
    g: () => {
      gone.current = performance.now();
      return true;
    },
    o: go("o"),
    t: go("t"),
    c: go("c"),
    e: go("e"),
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
  // "g f" must win over the timeline's own "f".
  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if (event.key === "f" && performance.now() - gone.current <= 1200 && !event.ctrlKey && !event.metaKey) {
        gone.current = -Infinity;
        event.preventDefault();
        void navigate({ to: "/findings" });
      }
    };
    window.addEventListener("keydown", listen, { capture: true });
    return () => {
      window.removeEventListener("keydown", listen, { capture: true });
    };
  }, [navigate]);

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
