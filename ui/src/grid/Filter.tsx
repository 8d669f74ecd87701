import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button as AriaButton, Dialog, DialogTrigger, Input, ListBox, ListBoxItem, Popover, SearchField } from "react-aria-components";
import { Button } from "../design/Button";
import { count } from "../format/number";
import { strings } from "../strings";
import type { Facets } from "./source";

const words = strings.grid;

export type FacetColumn = { key: string; label: string; shown: (value: string) => string };

type Common = { columns: FacetColumn[]; chosen: (column: string) => string[]; onChoose: (column: string, values: string[]) => void; facets: Facets; stamp: unknown };

/** Adds a filter: first the column, then its values with what each would leave. */
export function AddFilter(props: Common) {
  const [column, setColumn] = useState<string | null>(null);
  const [open, setOpen] = useState(false);
  const picked = props.columns.find(({ key }) => key === column);
  return (
    <DialogTrigger
      isOpen={open}
      onOpenChange={(next) => {
        setOpen(next);
        setColumn(null);
      }}
    >
      <Button testid="add-filter">
        <svg width="12" height="12" viewBox="0 0 12 12" fill="none" stroke="currentColor" strokeWidth="1.4" aria-hidden="true">
          <path d="M1 2.5h10M3 6h6M5 9.5h2" />
        </svg>
        {words.filter}
      </Button>
      <Popover className="popover" placement="bottom start">
        <Dialog className="filterpane" aria-label={picked === undefined ? words.filter : words.filterBy(picked.label)}>
          {picked === undefined ? (
            <ListBox
              aria-label={words.filter}
              autoFocus
              selectionMode="none"
              onAction={(key) => {
                setColumn(String(key));
              }}
            >
              {props.columns.map(({ key, label }) => (
                <ListBoxItem key={key} id={key} className="option" textValue={label}>
                  {label}
                  {props.chosen(key).length === 0 ? null : <span className="n">{count(props.chosen(key).length)}</span>}
                </ListBoxItem>
              ))}
            </ListBox>
          ) : (
            <Values {...props} column={picked} />
          )}
        </Dialog>
      </Popover>
    </DialogTrigger>
  );
}

/** A filter that is on: opens its values, or goes. */
export function FilterChip({ column, ...props }: Common & { column: FacetColumn }) {
  const values = props.chosen(column.key);
  const [first] = values;
  const label = values.length === 1 && first !== undefined ? words.chip(column.label, column.shown(first)) : words.chipOf(column.label, values.length);
  return (
    <span className="filterchip" data-testid="filter-chip">
      <DialogTrigger>
        <AriaButton className="button">
          <span className="clip">{label}</span>
        </AriaButton>
        <Popover className="popover" placement="bottom start">
          <Dialog className="filterpane" aria-label={words.filterBy(column.label)}>
            <Values {...props} column={column} />
          </Dialog>
        </Popover>
      </DialogTrigger>
      <Button
        look="bare"
        size="icon"
        aria-label={strings.chip.remove(label)}
        onPress={() => {
          props.onChoose(column.key, []);
        }}
      >
        <svg width="10" height="10" viewBox="0 0 10 10" aria-hidden="true">
          <path d="m2 2 6 6M8 2 2 8" stroke="currentColor" strokeWidth="1.5" />
        </svg>
      </Button>
    </span>
  );
}

function Values({ column, chosen, onChoose, facets, stamp }: Common & { column: FacetColumn }) {
  const [text, setText] = useState("");
  const { data, isPending } = useQuery({
    queryKey: ["facet", stamp, column.key, text],
    queryFn: () => facets(column.key, text),
    placeholderData: keepPreviousData,
  });
  const values = chosen(column.key);
  const listed = data ?? [];
  // What is chosen stays in reach, even where nothing of it is left.
  const gone = text === "" ? values.filter((value) => !listed.some((each) => each.value === value)).map((value) => ({ value, label: value, count: 0 })) : [];
  return (
    <>
      <header>
        <strong>{column.label}</strong>
      </header>
      <SearchField className="search-in" aria-label={words.valuesOf(column.label)} value={text} onChange={setText} autoFocus>
        <Input className="input" placeholder={words.valuesPlaceholder} />
      </SearchField>
      <ListBox
        aria-label={column.label}
        selectionMode="multiple"
        escapeKeyBehavior="none"
        selectedKeys={values.map((value) => `=${value}`)}
        onSelectionChange={(keys) => {
          onChoose(column.key, keys === "all" ? listed.map(({ value }) => value) : [...keys].map((key) => String(key).slice(1)));
        }}
        renderEmptyState={() => <p className="none">{isPending ? words.valuesComing : words.noValues}</p>}
      >
        {[...gone, ...listed].map((each) => (
          <ListBoxItem key={each.value} id={`=${each.value}`} className="option" textValue={column.shown(each.value)}>
            <span className="tickbox" aria-hidden="true">
              <svg width="10" height="10" viewBox="0 0 10 10">
                <path d="m1.5 5.2 2.4 2.4 4.6-5" fill="none" stroke="currentColor" strokeWidth="1.6" />
              </svg>
            </span>
            <span className={each.value === "" ? "clip quiet" : "clip"}>{column.shown(each.value)}</span>
            <span className="n">{count(each.count)}</span>
          </ListBoxItem>
        ))}
      </ListBox>
    </>
  );
}
