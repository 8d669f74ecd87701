import { useNavigate, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import { Button as AriaButton, ListBox, ListBoxItem, Popover, Select, SelectValue } from "react-aria-components";
import { Chip } from "../../design/Chip";
import { Empty } from "../../design/states";
import { period } from "../../format/time";
import { useZone } from "../../state/preferences";
import { strings } from "../../strings";
import { CallsGrid } from "./CallsGrid";

const words = strings.callsPage;

function filterName(filter: string): string {
  if (filter.startsWith("finding:")) return words.ofFinding(filter.slice(8));
  return filter.startsWith("day:") ? words.day(filter.slice(4)) : (words.filters[filter] ?? filter);
}

/** What a figure counts, one call a row. */
export function Calls() {
  const { filter = "all", from, to } = useSearch({ from: "/calls" });
  const navigate = useNavigate({ from: "/calls" });
  const zone = useZone();
  const base = useMemo(() => ({ ...(filter === "all" ? {} : { set: filter }), from: from ?? null, to: to ?? null }), [filter, from, to]);
  const choose = (next: string) => {
    void navigate({ search: (now) => ({ ...now, filter: next, page: undefined }) as never });
  };
  return (
    <CallsGrid
        name="calls"
        base={base}
        head={(total) => (
          <header>
            <h1>{words.title}</h1>
            {total === undefined ? null : (
              <p className="second figures" role="status" data-testid="calls-count">
                {strings.calls(total)}
              </p>
            )}
            {filter === "all" ? null : (
              <Chip
                label={filterName(filter)}
                onRemove={() => {
                  choose("all");
                }}
              />
            )}
            {from === undefined || to === undefined ? null : (
              <Chip
                label={period(from, to, zone)}
                onRemove={() => {
                  void navigate({ search: (now) => ({ ...now, from: undefined, to: undefined }) as never });
                }}
              />
            )}
          </header>
        )}
        lead={
          <Select
            aria-label={words.set}
            selectedKey={filter in words.filters ? filter : null}
            onSelectionChange={(key) => {
              choose(String(key));
            }}
          >
            <AriaButton className="button">
              <SelectValue>{() => filterName(filter)}</SelectValue>
              <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true">
                <path d="m1 2.5 3 3 3-3" fill="none" stroke="currentColor" strokeWidth="1.4" />
              </svg>
            </AriaButton>
            <Popover className="popover" placement="bottom start">
              <ListBox>
                {Object.entries(words.filters).map(([word, name]) => (
                  <ListBoxItem key={word} id={word} className="option">
                    {name}
                  </ListBoxItem>
                ))}
              </ListBox>
            </Popover>
          </Select>
        }
        empty={
          <Empty title={words.empty}>
            <p>{words.emptyBody}</p>
          </Empty>
        }
    />
  );
}
