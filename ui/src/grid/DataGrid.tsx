import { useMutation } from "@tanstack/react-query";
import { useLocation, useNavigate, useSearch } from "@tanstack/react-router";
import { type ReactNode, useMemo, useRef, useState } from "react";
import { Dialog as AriaDialog, DialogTrigger, Input, ListBox, ListBoxItem, Menu, MenuItem, MenuSection, MenuTrigger, Popover, SearchField, TextField } from "react-aria-components";
import type { TableWritten } from "../bindings/TableWritten";
import { Button } from "../design/Button";
import { CopyButton } from "../design/CopyButton";
import { type Column, Grid, MOST_ROWS } from "../design/Grid";
import { Failure } from "../design/states";
import { useCase } from "../state/case";
import { useKeys } from "../state/keys";
import { usePaths } from "../state/paths";
import { strings } from "../strings";
import { AddFilter, type FacetColumn, FilterChip } from "./Filter";
import { nextSort, readFilters, readSort, withColumn, writeFilters, writeSort } from "./filters";
import { PlainTable } from "./PlainTable";
import type { Facets, RowSource } from "./source";
import { dropView, keepColumns, readColumns, readViews, saveView, type View } from "./views";

const words = strings.grid;

/** What every grid's address may say. */
export type GridSearch = { in?: string; text?: string; sort?: string; table?: true; page?: number };

export type GridColumn<Row> = Column<Row> & {
  /** Hidden until it is chosen. */
  spare?: true;
  /** May be filtered by, and how a value is told. */
  facet?: (value: string) => string;
};

/** The grid's part of the address, and its changes. */
export function useGridSearch() {
  const search: GridSearch = useSearch({ strict: false });
  const navigate = useNavigate();
  const filters = useMemo(() => readFilters(search.in), [search.in]);
  const sort = useMemo(() => readSort(search.sort), [search.sort]);
  const set = (change: GridSearch, replace = true) => {
    void navigate({ to: ".", search: (now: object) => ({ ...now, page: undefined, ...change }) as never, replace });
  };
  return { search, filters, sort, text: search.text ?? "", set };
}

type Props<Row> = {
  /** Under which columns and views are kept. */
  name: string;
  label: string;
  source: RowSource<Row>;
  columns: GridColumn<Row>[];
  rowKey: (row: Row) => string;
  selected: string | undefined;
  onOpen: (row: Row) => void;
  facets: Facets;
  /** Changes with what facets count. */
  stamp: unknown;
  /** Writes what is shown to a path. */
  save: (columns: GridColumn<Row>[], to: string) => Promise<TableWritten>;
  testid: string;
  /** Stands before the search: what set of rows this is. */
  lead?: ReactNode;
  empty: ReactNode;
};

/** A grid with its bar: search, filters, columns, views, the plain table and the export of exactly what is shown. */
export function DataGrid<Row>({ name, label, source, columns, rowKey, selected, onOpen, facets, stamp, save, testid, lead, empty }: Props<Row>) {
  const { search, filters, sort, text, set } = useGridSearch();
  const [chosen, setChosen] = useState(() => readColumns(name));
  const field = useRef<HTMLInputElement>(null);
  const { info } = useCase();
  const paths = usePaths();
  const shown = columns.filter((column) => (chosen === null ? column.spare !== true : chosen.includes(column.key)));
  const facetColumns = columns.flatMap<FacetColumn>(({ key, label: title, facet }) => (facet === undefined ? [] : [{ key, label: title, shown: facet }]));
  const common = {
    columns: facetColumns,
    chosen: (column: string) => filters[column] ?? [],
    onChoose: (column: string, values: string[]) => {
      set({ in: writeFilters(withColumn(filters, column, values)) } as GridSearch);
    },
    facets,
    stamp,
  };
  const onSort = (column: string) => {
    set({ sort: writeSort(nextSort(sort, column)) } as GridSearch);
  };
  const write = useMutation({
    mutationFn: async () => {
      const to = await paths.save(`${info?.name.replace(/\.behalf$/, "") ?? "case"}-${name}`, "csv");
      return to === null ? null : save(shown, to);
    },
  });
  useKeys({
    "/": () => {
      field.current?.focus();
      return true;
    },
  });
  const narrowed = Object.values(filters).some((values) => values.length > 0) || text !== "";
  const written = write.data ?? null;
  return (
    <>
      <div className="gridbar" role="toolbar" aria-label={words.bar}>
        {lead}
        <SearchField
          className="gridsearch"
          aria-label={words.search}
          value={text}
          onChange={(value) => {
            set({ text: value === "" ? undefined : value } as GridSearch);
          }}
        >
          <svg width="13" height="13" viewBox="0 0 14 14" fill="none" stroke="currentColor" strokeWidth="1.4" aria-hidden="true">
            <circle cx="6" cy="6" r="4.3" />
            <path d="m9.2 9.2 3.6 3.6" />
          </svg>
          <Input ref={field} className="input" placeholder={words.search} data-testid="grid-search" />
        </SearchField>
        {facetColumns
          .filter(({ key }) => (filters[key] ?? []).length > 0)
          .map((column) => (
            <FilterChip key={column.key} column={column} {...common} />
          ))}
        {facetColumns.length === 0 ? null : <AddFilter {...common} />}
        {narrowed ? (
          <Button
            look="bare"
            onPress={() => {
              set({ in: undefined, text: undefined } as unknown as GridSearch);
            }}
          >
            {strings.chip.clear}
          </Button>
        ) : null}
        <div className="end">
          <Columns
            columns={columns}
            shown={shown.map(({ key }) => key)}
            chosen={chosen}
            onChoose={(next) => {
              keepColumns(name, next);
              setChosen(next);
            }}
          />
          <Views screen={name} />
          <MenuTrigger>
            <Button testid="grid-more">{words.more}</Button>
            <Popover className="popover" placement="bottom end">
              <Menu aria-label={words.more}>
                <MenuItem
                  className="option"
                  onAction={() => {
                    write.mutate();
                  }}
                >
                  {words.export}
                </MenuItem>
                <MenuItem
                  className="option"
                  onAction={() => {
                    set(search.table === true ? ({ table: undefined } as unknown as GridSearch) : { table: true });
                  }}
                >
                  {search.table === true ? words.asGrid : words.asTable}
                </MenuItem>
              </Menu>
            </Popover>
          </MenuTrigger>
        </div>
      </div>
      {write.isError ? <Failure error={write.error} dismiss={write.reset} /> : null}
      {written === null ? null : (
        <p className="written-note" role="status" data-testid="grid-written">
          <span>
            {words.written(written.rows)} <span className="mono">{written.path}</span>
          </span>
          <CopyButton text={written.path} label={strings.report.copyPath} />
        </p>
      )}
      {source.count > MOST_ROWS && search.table !== true ? <p className="written-note">{words.tooMany(MOST_ROWS)}</p> : null}
      {source.count === 0 ? (
        empty
      ) : search.table === true ? (
        <PlainTable
          label={label}
          source={source}
          columns={shown}
          rowKey={rowKey}
          selected={selected}
          onOpen={onOpen}
          page={search.page ?? 0}
          onPage={(page) => {
            set({ page });
          }}
        />
      ) : (
        <Grid label={label} source={source} columns={shown} rowKey={rowKey} selected={selected} onOpen={onOpen} sort={sort} onSort={onSort} testid={testid} />
      )}
    </>
  );
}

function Columns({ columns, shown, chosen, onChoose }: { columns: { key: string; label: string }[]; shown: string[]; chosen: string[] | null; onChoose: (columns: string[] | null) => void }) {
  return (
    <DialogTrigger>
      <Button testid="grid-columns">{words.columns}</Button>
      <Popover className="popover" placement="bottom end">
        <AriaDialog className="filterpane" aria-label={words.columns}>
          <ListBox
            aria-label={words.columns}
            autoFocus
            selectionMode="multiple"
            escapeKeyBehavior="none"
            disallowEmptySelection
            selectedKeys={shown}
            onSelectionChange={(keys) => {
              const wanted = keys === "all" ? columns.map(({ key }) => key) : [...keys].map(String);
              onChoose(columns.map(({ key }) => key).filter((key) => wanted.includes(key)));
            }}
          >
            {columns.map(({ key, label }) => (
              <ListBoxItem key={key} id={key} className="option" textValue={label}>
                <span className="tickbox" aria-hidden="true">
                  <svg width="10" height="10" viewBox="0 0 10 10">
                    <path d="m1.5 5.2 2.4 2.4 4.6-5" fill="none" stroke="currentColor" strokeWidth="1.6" />
                  </svg>
                </span>
                {label}
              </ListBoxItem>
            ))}
          </ListBox>
          {chosen === null ? null : (
            <p className="search-in">
              <Button
                look="bare"
                onPress={() => {
                  onChoose(null);
                }}
              >
                {words.usualColumns}
              </Button>
            </p>
          )}
        </AriaDialog>
      </Popover>
    </DialogTrigger>
  );
}

/** Saved addresses of this screen. */
function Views({ screen }: { screen: string }) {
  const { info } = useCase();
  const casePath = info?.path ?? "";
  const { pathname, searchStr } = useLocation();
  const navigate = useNavigate();
  const [views, setViews] = useState<View[]>(() => readViews(casePath, screen));
  const [naming, setNaming] = useState(false);
  const [name, setName] = useState("");
  const here = new URLSearchParams(searchStr);
  here.delete("record");
  const address = here.toString();
  const add = () => {
    if (name.trim() === "") return;
    setViews(saveView(casePath, screen, { name: name.trim(), search: address }));
    setName("");
    setNaming(false);
  };
  const current = views.find((view) => view.search === address);
  return (
    <>
      <MenuTrigger>
        <Button testid="grid-views">{current?.name ?? words.views}</Button>
        <Popover className="popover" placement="bottom end">
          <Menu aria-label={words.views}>
            {views.length === 0 ? null : (
              <MenuSection aria-label={words.savedViews}>
                {views.map((view) => (
                  <MenuItem
                    key={view.name}
                    id={`view:${view.name}`}
                    className="option"
                    textValue={view.name}
                    onAction={() => {
                      void navigate({ href: view.search === "" ? pathname : `${pathname}?${view.search}` });
                    }}
                  >
                    {view.name}
                  </MenuItem>
                ))}
              </MenuSection>
            )}
            <MenuSection aria-label={words.views}>
              <MenuItem
                id="save"
                className="option"
                onAction={() => {
                  setNaming(true);
                }}
              >
                {words.saveView}
              </MenuItem>
              {current === undefined ? null : (
                <MenuItem
                  id="drop"
                  className="option"
                  onAction={() => {
                    setViews(dropView(casePath, screen, current.name));
                  }}
                >
                  {words.dropView(current.name)}
                </MenuItem>
              )}
            </MenuSection>
          </Menu>
        </Popover>
      </MenuTrigger>
      {naming ? (
        <form
          className="viewname"
          onSubmit={(event) => {
            event.preventDefault();
            add();
          }}
        >
          <TextField aria-label={words.viewName} value={name} onChange={setName} autoFocus>
            <Input className="input" placeholder={words.viewName} data-testid="view-name" />
          </TextField>
          <Button type="submit">{words.keepView}</Button>
        </form>
      ) : null}
    </>
  );
}
