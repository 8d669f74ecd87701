import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Button, ComboBox, Input, ListBox, ListBoxItem, Popover } from "react-aria-components";
import { PrincipalMark } from "../../design/marks";
import { ask } from "../../state/queries";
import { strings } from "../../strings";

const words = strings.timeline;
const SHOWN = 40;

/** The person whose timeline stands here, and the way to another. */
export function PersonField({ shown, choose }: { shown: string; choose: (key: string) => void }) {
  const [text, setText] = useState<string | null>(null);
  const { data } = useQuery(ask.people(text === null || text === "" ? null : text));
  return (
    <ComboBox
      aria-label={words.person}
      className="person"
      menuTrigger="focus"
      items={(data ?? []).slice(0, SHOWN)}
      inputValue={text ?? shown}
      onInputChange={setText}
      selectedKey={null}
      onSelectionChange={(key) => {
        if (key !== null) choose(String(key));
      }}
      onFocus={() => {
        setText("");
      }}
      onBlur={() => {
        setText(null);
      }}
      defaultFilter={() => true}
    >
      <Input className="input" placeholder={words.personPlaceholder} data-testid="person-field" />
      <Button className="button bare icon" aria-label={words.pick}>
        <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true">
          <path d="m1 2.5 3 3 3-3" fill="none" stroke="currentColor" strokeWidth="1.4" />
        </svg>
      </Button>
      <Popover className="popover people-popover">
        <ListBox>
          {(person: NonNullable<typeof data>[number]) => (
            <ListBoxItem id={person.key} className="option" textValue={person.name ?? person.shown}>
              <PrincipalMark kind="human" label={person.name ?? person.shown} />
              <span className="quiet clip">{person.shown}</span>
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </ComboBox>
  );
}
