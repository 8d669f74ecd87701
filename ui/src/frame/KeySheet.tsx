import { Checkbox } from "react-aria-components";
import { Dialog } from "../design/Dialog";
import { usePreferences } from "../state/preferences";
import { strings } from "../strings";
import { SCREENS } from "./screens";

/** Every key, on one sheet. */
export function KeySheet({ onClose }: { onClose: () => void }) {
  const { letters, setLetters } = usePreferences();
  return (
    <Dialog title={strings.keys.title} open broad onClose={onClose}>
      <div className="keycolumns">
      {strings.keys.groups.map((group) => (
        <section key={group.name} className="keygroup">
          <h3>{group.name}</h3>
          <dl>
            {group.keys.map(([keys, does]) => (
              <div key={keys}>
                <dt>
                  {keys.split(" ").map((word, at) =>
                    word === "" ? null : ["then", "or", "arrows", "a", "letter"].includes(word) ? (
                      <span key={at}> {word} </span>
                    ) : (
                      <kbd key={at} className="key">
                        {word}
                      </kbd>
                    ),
                  )}
                </dt>
                <dd>{does}</dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
      <section className="keygroup">
        <h3>{strings.keys.screens}</h3>
        <dl className="screenkeys">
          {SCREENS.map(({ name, letter }) => (
            <div key={name}>
              <dt>
                <kbd className="key">g</kbd>
                <kbd className="key">{letter}</kbd>
              </dt>
              <dd>{strings.nav[name]}</dd>
            </div>
          ))}
        </dl>
      </section>
      </div>
      <Checkbox className="check" isSelected={letters} onChange={setLetters}>
        <span className="box" aria-hidden="true" />
        {strings.keys.letters}
      </Checkbox>
    </Dialog>
  );
}
