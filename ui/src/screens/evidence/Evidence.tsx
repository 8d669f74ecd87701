import { useQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState } from "react";
import { Button } from "../../design/Button";
import { Empty, Failure, Loading } from "../../design/states";
import { host } from "../../host";
import { usePaths } from "../../state/paths";
import { ask } from "../../state/queries";
import { useWork } from "../../state/work";
import { strings } from "../../strings";
import { Exports } from "./Exports";
import { Losses } from "./Losses";
import { Receipts, Whole } from "./Whole";
import { WorkProgress } from "./WorkProgress";
import "./evidence.css";

const words = strings.evidence;

/** What was received, and whether all of it is accounted for. */
export function Evidence() {
  const files = useQuery(ask.files());
  const { work, report, error, importExports, dismiss } = useWork();
  const paths = usePaths();
  const [pickError, setPickError] = useState<unknown>(null);
  const pick = (folder: boolean) => () => {
    setPickError(null);
    paths.exports(folder).then(importExports).catch(setPickError);
  };
  const buttons = (
    <>
      {host.pickers === "native" ? (
        <Button onPress={pick(true)} isDisabled={work !== null} testid="import-folder">
          {words.importFolder}
        </Button>
      ) : null}
      <Button look="first" onPress={pick(false)} isDisabled={work !== null} testid="import">
        {host.pickers === "native" ? words.importFiles : words.importPaths}
      </Button>
    </>
  );
  return (
    <>
      <header>
        <h1>{words.title}</h1>
        <div className="actions">
          <Link to="/mapping" className="plain" data-testid="to-mapping">
            {strings.mappingPage.link}
          </Link>
          {buttons}
        </div>
      </header>
      <WorkProgress title={strings.progress.importing} />
      {pickError === null ? null : <Failure error={pickError} />}
      {error === null ? null : <Failure error={error} dismiss={dismiss} />}
      {report === null ? null : (
        <section className="lastimport" role="status" data-testid="import-report">
          <p>
            <strong>{words.lastImport}.</strong>{" "}
            {report.cancelled
              ? words.lastImportCancelled
              : words.lastImportDone(
                  report.files.length,
                  report.files.reduce((sum, file) => sum + file.kept, 0),
                )}
          </p>
          <Button look="bare" onPress={dismiss}>
            {words.dismiss}
          </Button>
        </section>
      )}
      {files.isPending ? <Loading what={words.loading} /> : null}
      {files.isError ? (
        <Failure
          error={files.error}
          retry={() => {
            void files.refetch();
          }}
        />
      ) : null}
      {files.data?.length === 0 && work === null ? (
        <Empty title={words.empty} actions={buttons}>
          <p>{words.emptyBody}</p>
        </Empty>
      ) : null}
      {files.data === undefined || files.data.length === 0 ? null : (
        <>
          <Exports files={files.data} />
          <Losses />
          <Whole />
          <Receipts />
        </>
      )}
    </>
  );
}
