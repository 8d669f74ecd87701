import { useQuery } from "@tanstack/react-query";
import type { Who } from "../bindings/Who";
import { CopyButton } from "../design/CopyButton";
import { useCase } from "../state/case";
import { ask } from "../state/queries";
import { strings } from "../strings";

/** The answer with the address and hashes of its record, ready to stand in a working paper. */
export function Cite({ who }: { who: Who }) {
  const { info } = useCase();
  const { data: raw } = useQuery(ask.raw(who.id));
  if (raw === undefined || info === null) return null;
  const text = strings.drawer.citation({
    name: info.name,
    id: who.id,
    file: raw.file,
    place: strings.drawer.citePlace(raw.line, raw.offset, raw.length),
    sha: raw.sha256,
    fileSha: raw.file_sha256,
    sentence: who.sentence,
  });
  return (
    <div>
      <CopyButton text={text} label={strings.drawer.cite} testid="cite" />
    </div>
  );
}
