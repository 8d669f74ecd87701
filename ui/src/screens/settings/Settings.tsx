import type { ReactNode } from "react";
import { Checkbox, Input, Label, TextField, ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { type Density, type Theme, usePreferences } from "../../state/preferences";
import { strings } from "../../strings";
import "./settings.css";

const words = strings.settingsPage;

/** What a reviewer sets once for this machine. */
export function Settings() {
  const { zone, setZone, theme, setTheme, density, setDensity, letters, setLetters, reviewer, setReviewer } = usePreferences();
  return (
    <>
      <header>
        <h1>{words.title}</h1>
        <p className="second">{words.where}</p>
      </header>
      <div className="settings">
        <Setting title={words.reviewer} help={words.reviewerHelp}>
          <TextField className="field" value={reviewer} onChange={setReviewer}>
            <Label>{words.reviewerName}</Label>
            <Input className="input" data-testid="reviewer" autoComplete="off" />
          </TextField>
        </Setting>
        <Setting title={words.zone} help={words.zoneHelp}>
          <Choice label={words.zone} value={zone} options={[["utc", strings.top.zone.utc], ["local", strings.top.zone.local]]} onChoose={(value) => { setZone(value === "local" ? "local" : "utc"); }} />
        </Setting>
        <Setting title={words.theme} help={words.themeHelp}>
          <Choice label={words.theme} value={theme} options={(["system", "light", "dark"] as const).map((word) => [word, strings.top.theme[word]])} onChoose={(value) => { setTheme(value as Theme); }} />
        </Setting>
        <Setting title={words.density} help={words.densityHelp}>
          <Choice label={words.density} value={String(density)} options={[["24", words.dense], ["28", words.regular], ["32", words.roomy]]} onChoose={(value) => { setDensity(Number(value) as Density); }} />
        </Setting>
        <Setting title={words.keys} help={words.keysHelp}>
          <Checkbox className="check" isSelected={letters} onChange={setLetters}>
            <span className="box" aria-hidden="true" />
            {strings.keys.letters}
          </Checkbox>
        </Setting>
      </div>
    </>
  );
}

function Setting({ title, help, children }: { title: string; help: string; children: ReactNode }) {
  return (
    <section className="setting">
      <div>
        <h2>{title}</h2>
        <p className="second">{help}</p>
      </div>
      <div>{children}</div>
    </section>
  );
}

function Choice({ label, value, options, onChoose }: { label: string; value: string; options: [string, string][]; onChoose: (value: string) => void }) {
  return (
    <ToggleButtonGroup
      className="switch"
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        const [next] = keys;
        if (next !== undefined) onChoose(String(next));
      }}
    >
      {options.map(([word, name]) => (
        <ToggleButton key={word} id={word}>
          {name}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
