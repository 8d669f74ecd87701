import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import { host } from "../host";
import { useWork } from "../state/work";
import { strings } from "../strings";

/** The whole window takes exports that are dropped on it. */
export function DropTarget() {
  const [over, setOver] = useState(false);
  const { work, importExports } = useWork();
  const navigate = useNavigate();
  const busy = work !== null;
  useEffect(
    () =>
      host.onDrop({
        over: () => {
          setOver(!busy);
        },
        leave: () => {
          setOver(false);
        },
        drop: (paths) => {
          setOver(false);
          if (busy) return;
          void navigate({ to: "/evidence" });
          void importExports(paths);
        },
      }),
    [busy, importExports, navigate],
  );
  return over ? (
    <div className="dropping" role="status">
      <p>{strings.evidence.dropHere}</p>
    </div>
  ) : null;
}
