import { useNavigate } from "@tanstack/react-router";
import { useEffect, useState } from "react";
import type { AppInfo } from "../../bindings/AppInfo";
import { Button } from "../../design/Button";
import { Failure } from "../../design/states";
import { When } from "../../design/When";
import { host } from "../../host";
import { useCase } from "../../state/case";
import { usePaths } from "../../state/paths";
import { useWork } from "../../state/work";
import { strings } from "../../strings";
import { WorkProgress } from "../evidence/WorkProgress";
import "./start.css";

/** No case is open: begin one, go on with one, or look at the demonstration. */
export function Start({ app }: { app: AppInfo }) {
  const { open, create } = useCase();
  const { work, error: workError, importExports, demo } = useWork();
  const paths = usePaths();
  const navigate = useNavigate();
  const [error, setError] = useState<unknown>(null);
  const [over, setOver] = useState(false);

  const attempt = (act: () => Promise<unknown>) => () => {
    setError(null);
    act().catch(setError);
  };
  const begin = attempt(async () => {
    const path = await paths.newCase();
    if (path === null) return;
    await create(path);
    await navigate({ to: "/evidence" });
  });
  const goOn = attempt(async () => {
    const path = await paths.openCase();
    if (path !== null) await open(path);
  });

  useEffect(
    () =>
      host.onDrop({
        over: () => {
          setOver(true);
        },
        leave: () => {
          setOver(false);
        },
        drop: (dropped) => {
          setOver(false);
          const run = async () => {
            const path = await paths.newCase();
            if (path === null) return;
            await create(path);
            await navigate({ to: "/evidence" });
            await importExports(dropped);
          };
          run().catch(setError);
        },
      }),
    [paths, create, importExports, navigate],
  );

  const shownError = error ?? workError;
  return (
    <main className="start" data-testid="start">
      <div className="start-sheet">
        <header>
          <svg width="36" height="36" viewBox="0 0 32 32" aria-hidden="true">
            <circle cx="10" cy="16" r="6" fill="none" stroke="currentColor" strokeWidth="2.2" />
            <path d="M22 9.2l5.9 3.4v6.8L22 22.8l-5.9-3.4v-6.8z" fill="currentColor" />
          </svg>
          <h1>{strings.start.title}</h1>
          <p>{strings.start.intro}</p>
        </header>

        {work === null ? null : <WorkProgress title={work.kind === "demo" ? strings.start.making : strings.progress.importing} />}
        {shownError === null ? null : <Failure error={shownError} />}

        <div className="start-ways">
          <section className={over ? "dropzone over" : "dropzone"} data-testid="dropzone">
            <svg width="28" height="28" viewBox="0 0 28 28" fill="none" stroke="currentColor" strokeWidth="1.6" aria-hidden="true">
              <path d="M14 4v13m-5-5 5 5 5-5M4 18v6h20v-6" />
            </svg>
            <h2>{over ? strings.evidence.dropStart : host.pickers === "native" ? strings.start.dropTitle : strings.start.typedTitle}</h2>
            <p>{host.pickers === "native" ? strings.start.dropBody : strings.start.typedBody}</p>
            <div className="actions">
              <Button look="first" size="large" onPress={begin} isDisabled={work !== null} testid="new-case">
                {strings.start.newCase}
              </Button>
              <Button size="large" onPress={goOn} isDisabled={work !== null} testid="open-case">
                {strings.start.openCase}
              </Button>
            </div>
          </section>

          <section className="demo">
            <h2>{strings.start.demoTitle}</h2>
            <p>{strings.start.demoBody}</p>
            <Button size="large" onPress={() => void demo()} isDisabled={work !== null} testid="demo-case">
              {strings.start.demo}
            </Button>
          </section>
        </div>

        <section className="recent">
          <h2>{strings.start.recent}</h2>
          {app.recent.length === 0 ? <p className="quiet">{strings.start.noRecent}</p> : null}
          <ul>
            {app.recent.map((item) => (
              <li key={item.path}>
                <button type="button" onClick={attempt(() => open(item.path))} disabled={work !== null} data-testid="recent-case">
                  <strong>{item.name}</strong>
                  <span className="mono quiet clip">{item.path}</span>
                  <span className="quiet">
                    <When at={item.opened_at} only="minute" />
                  </span>
                </button>
              </li>
            ))}
          </ul>
        </section>
        <p className="quiet">{strings.start.version(app.version)}</p>
      </div>
    </main>
  );
}
