import type { Link as ChainLink } from "../bindings/Link";
import { GradeMark, PrincipalMark, principalKind } from "../design/marks";
import { useRecord } from "../state/record";
import { strings } from "../strings";

/** From the person to the call, step by step; a missing step is drawn as a gap, never skipped. */
export function Chain({ links }: { links: ChainLink[] }) {
  const { openRecord } = useRecord();
  return (
    <ol className="chain" data-testid="chain">
      {links.map((link, at) => (
        <li key={at} className={link.node === "gap" ? "gap" : undefined}>
          <div className="node">
            {link.node === "gap" ? <span className="tag bad">{strings.drawer.gapNode}</span> : <PrincipalMark kind={principalKind(link.node)} />}
            <span className="label">{link.label}</span>
          </div>
          {link.basis === null && link.record === null ? null : (
            <div className="basis">
              {link.basis === null ? null : (
                <>
                  <span>{link.basis}</span>
                  <GradeMark grade={link.grade} basis={link.basis} />
                </>
              )}
              {link.record === null ? null : <RecordLink id={link.record} open={openRecord} />}
            </div>
          )}
        </li>
      ))}
    </ol>
  );
}

/** The way to the record that carries a step. */
export function RecordLink({ id, open }: { id: string; open: (id: string) => void }) {
  return (
    <button
      type="button"
      className="recordlink mono"
      title={strings.drawer.openRecord}
      onClick={() => {
        open(id);
      }}
    >
      {id}
    </button>
  );
}
