import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ComboBox, Input, Label, ListBox, ListBoxItem, Popover } from "react-aria-components";
import { count } from "../format/number";
import { host } from "../host";
import { callQuery } from "./calls";

type Props = { label: string; column: string; value: string; onChange: (value: string) => void; placeholder?: string; testid: string; hideLabel?: true; autoFocus?: true };

/** A field that completes with what stands in the case's calls, and takes anything else too. */
export function Suggest({ label, column, value, onChange, placeholder, testid, hideLabel, autoFocus }: Props) {
  const { data } = useQuery({
    queryKey: ["suggest", column, value],
    queryFn: () => host.ask("call_facet", { query: callQuery({}), column, text: value, limit: 12 }),
    placeholderData: keepPreviousData,
  });
  const items = (data ?? []).filter((each) => each.value !== "");
  return (
    <ComboBox
      className="field"
      inputValue={value}
      onInputChange={onChange}
      onSelectionChange={(key) => {
        if (key !== null) onChange(String(key));
      }}
      allowsCustomValue
      menuTrigger="input"
      items={items}
      {...(hideLabel === true ? { "aria-label": label } : {})}
      {...(autoFocus === true ? { autoFocus: true } : {})}
    >
      {hideLabel === true ? null : <Label>{label}</Label>}
      <Input className="input" placeholder={placeholder ?? ""} data-testid={testid} />
      <Popover className="popover" placement="bottom start">
        <ListBox className="suggestions">
          {(item: (typeof items)[number]) => (
            <ListBoxItem id={item.value} className="option" textValue={item.value}>
              <span className="clip">{item.value}</span>
              <span className="n">{count(item.count)}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
