import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo, useRef } from "react";
import { Input, SearchField, ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { Button } from "../../design/Button";
import { Chip } from "../../design/Chip";
import { Split } from "../../design/Sheet";
import { Empty, Failure, Loading } from "../../design/states";
import type { FindingFilter } from "../../host";
import { type FindingsSearch, toggled } from "../../state/address";
import { useKeys } from "../../state/keys";
import { ask } from "../../state/queries";
import { useRecord } from "../../state/record";
import { strings } from "../../strings";
import { Facets, type FacetName } from "./Facets";
import { FindingDetail } from "./FindingDetail";
import { FindingList } from "./FindingList";
import { FindingTable } from "./FindingTable";
import { groups } from "./groups";
import "./findings.css";

const words = strings.findingsPage;
const FACETS: FacetName[] = ["severity", "family", "rule", "confidence"];

function toFilter(search: FindingsSearch): FindingFilter {
  const filter: FindingFilter = { design_facts: search.facts === true };
  for (const name of FACETS) {
    const values = search[name];
    if (values !== undefined) filter[name] = values;
  }
  if (search.text !== undefined) filter.text = search.text;
  return filter;
}

/** The queue: facets, findings by rule or family, and one in full. */
export function Findings() {
  const search = useSearch({ from: "/findings" });
  const navigate = useNavigate({ from: "/findings" });
  const { record } = useRecord();
  const field = useRef<HTMLInputElement>(null);
  const { data, error, isPending, refetch } = useQuery(ask.findings(toFilter(search)));
  const asTable = search.group === "table";
  const by = search.group === "family" ? "family" : "rule";
  const grouped = useMemo(() => groups(data?.rows ?? [], by), [data, by]);
  const order = useMemo(() => grouped.flatMap((group) => group.rows), [grouped]);

  const change = (next: Partial<Record<keyof FindingsSearch, unknown>>, replace = true) => {
    void navigate({ search: (now) => ({ ...now, ...next }) as FindingsSearch, replace });
  };
  const at = order.findIndex((row) => row.id === search.finding);
  const step = (by: number) => () => {
    const next = order[at === -1 ? 0 : Math.min(order.length - 1, Math.max(0, at + by))];
    if (next !== undefined) change({ finding: next.id });
    return next !== undefined;
  };
  const close = () => {
    change({ finding: undefined }, false);
  };
  useKeys({
    j: step(1),
    k: step(-1),
    "/": () => {
      field.current?.focus();
      return true;
    },
    Escape: () => {
      if (record !== undefined || search.finding === undefined) return false;
      close();
      return true;
    },
  });

  const filtered = FACETS.some((name) => search[name] !== undefined) || search.text !== undefined;
  const clear = () => {
    void navigate({ search: (now) => ({ ...(now.finding === undefined ? {} : { finding: now.finding }), ...(now.group === undefined ? {} : { group: now.group }) }) });
  };
  return (
    <>
      <header>
        <h1>{words.title}</h1>
        {data === undefined ? null : (
          <p className="second figures" role="status" data-testid="findings-count">
            {words.shown(data.rows.length, data.total)}
            {data.known_exceptions > 0 ? `, ${words.known(data.known_exceptions)}` : ""}
          </p>
        )}
        <div className="chips">
          {FACETS.flatMap((name) =>
            (search[name] ?? []).map((value) => (
              <Chip
                key={`${name}-${value}`}
                label={data?.facets.find((facet) => facet.name === name)?.values.find((each) => each.value === value)?.label ?? value}
                onRemove={() => {
                  change({ [name]: toggled(search[name], value) });
                }}
              />
            )),
          )}
          {filtered ? (
            <Button look="bare" onPress={clear}>
              {strings.chip.clear}
            </Button>
          ) : null}
        </div>
        <div className="actions">
          {asTable ? null : (
            <SearchField
              aria-label={words.text}
              className="textfilter"
              value={search.text ?? ""}
              onChange={(text) => {
                change({ text: text === "" ? undefined : text });
              }}
            >
              <Input ref={field} className="input" placeholder={words.textPlaceholder} data-testid="findings-text" />
            </SearchField>
          )}
          <ToggleButtonGroup
            className="switch"
            aria-label={words.group}
            selectionMode="single"
            disallowEmptySelection
            selectedKeys={[asTable ? "table" : by]}
            onSelectionChange={(keys) => {
              change({ group: keys.has("family") ? "family" : keys.has("table") ? "table" : undefined });
            }}
          >
            <ToggleButton id="rule">{words.groupRule}</ToggleButton>
            <ToggleButton id="family">{words.groupFamily}</ToggleButton>
            <ToggleButton id="table" data-testid="findings-table">
              {words.groupTable}
            </ToggleButton>
          </ToggleButtonGroup>
        </div>
      </header>
      {error === null ? null : <Failure error={error} retry={() => void refetch()} />}
      {isPending ? <Loading what={words.loading} rows={12} /> : null}
      {data === undefined ? null : asTable ? (
        <Split
          open={search.finding !== undefined}
          list={
            <FindingTable
              rows={data.rows}
              selected={search.finding}
              onOpen={(id) => {
                change({ finding: id }, search.finding !== undefined);
              }}
            />
          }
          sheet={search.finding === undefined ? null : <FindingDetail key={search.finding} id={search.finding} onClose={close} />}
        />
      ) : (
        <div className={search.finding === undefined ? "triage" : "triage opened"}>
          <Facets
            facets={data.facets}
            chosen={(name) => search[name] ?? []}
            toggle={(name, value) => {
              change({ [name]: toggled(search[name], value) });
            }}
            designFacts={search.facts === true}
            setDesignFacts={(on) => {
              change({ facts: on ? true : undefined });
            }}
          />
          {data.rows.length === 0 ? (
            <Empty title={filtered ? words.none : words.noneAtAll} actions={filtered ? <Button onPress={clear}>{strings.chip.clear}</Button> : undefined}>
              <p>{filtered ? words.noneBody : words.noneAtAllBody}</p>
            </Empty>
          ) : (
            <FindingList
              groups={grouped}
              by={by}
              selected={search.finding}
              step={(delta) => {
                step(delta)();
              }}
              open={(id) => {
                change({ finding: id }, search.finding !== undefined);
              }}
            />
          )}
          {search.finding === undefined ? (
            <div className="detail nothing">
              <p>{words.pick}</p>
              <p className="quiet">{words.pickKeys}</p>
            </div>
          ) : (
            <FindingDetail key={search.finding} id={search.finding} onClose={close} />
          )}
        </div>
      )}
    </>
  );
}
