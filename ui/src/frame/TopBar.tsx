import { useNavigate } from "@tanstack/react-router";
import { Menu, MenuItem, MenuTrigger, Popover, ToggleButton, ToggleButtonGroup } from "react-aria-components";
import { Button } from "../design/Button";
import { useCase } from "../state/case";
import { type Theme, usePreferences } from "../state/preferences";
import { strings } from "../strings";
import type { Sheet } from "./Window";

const Caret = () => (
  <svg width="8" height="8" viewBox="0 0 8 8" aria-hidden="true">
    <path d="m1 2.5 3 3 3-3" fill="none" stroke="currentColor" strokeWidth="1.4" />
  </svg>
);

/** The case, the search, the zone of all times, and the report. */
export function TopBar({ show }: { show: (sheet: Sheet) => void }) {
  const { info, close } = useCase();
  const navigate = useNavigate();
  const { zone, setZone, theme, setTheme } = usePreferences();
  return (
    <header className="topbar">
      <div className="brand">
        <svg width="20" height="20" viewBox="0 0 32 32" aria-hidden="true">
          <circle cx="10" cy="16" r="6" fill="none" stroke="currentColor" strokeWidth="2.6" />
          <path d="M22 9.2l5.9 3.4v6.8L22 22.8l-5.9-3.4v-6.8z" fill="currentColor" />
        </svg>
        <MenuTrigger>
          <Button look="bare" aria-label={`${strings.top.caseMenu}: ${info?.name ?? ""}`} testid="case-menu">
            <strong className="clip">{info?.name}</strong>
            <Caret />
          </Button>
          <Popover className="popover" placement="bottom start">
            <Menu>
              <MenuItem
                className="option"
                onAction={() => {
                  show("report");
                }}
              >
                {strings.top.exportReport}
              </MenuItem>
              <MenuItem className="option" onAction={() => {
                  void close().finally(() => navigate({ to: "/" }));
                }}
                 data-testid="close-case">
                {strings.top.closeCase}
              </MenuItem>
            </Menu>
          </Popover>
        </MenuTrigger>
      </div>
      <button
        type="button"
        className="search"
        data-testid="search"
        onClick={() => {
          show("palette");
        }}
      >
        <svg width="14" height="14" viewBox="0 0 14 14" fill="none" stroke="currentColor" strokeWidth="1.4" aria-hidden="true">
          <circle cx="6" cy="6" r="4.3" />
          <path d="m9.2 9.2 3.6 3.6" />
        </svg>
        <span className="clip">{strings.top.searchShort}</span>
        <kbd className="key">Ctrl K</kbd>
      </button>
      <div className="topend">
        <Button
          testid="export-report"
          onPress={() => {
            show("report");
          }}
        >
          {strings.top.exportReport}
        </Button>
        <ToggleButtonGroup
          className="switch"
          aria-label={strings.top.zone.label}
          selectionMode="single"
          disallowEmptySelection
          selectedKeys={[zone]}
          onSelectionChange={(keys) => {
            setZone(keys.has("local") ? "local" : "utc");
          }}
        >
          <ToggleButton id="utc">{strings.top.zone.utc}</ToggleButton>
          <ToggleButton id="local">{strings.top.zone.local}</ToggleButton>
        </ToggleButtonGroup>
        <MenuTrigger>
          <Button look="bare" size="icon" aria-label={strings.top.theme.label}>
            <svg width="14" height="14" viewBox="0 0 14 14" aria-hidden="true">
              <circle cx="7" cy="7" r="5.4" fill="none" stroke="currentColor" strokeWidth="1.4" />
              <path d="M7 1.6a5.4 5.4 0 0 1 0 10.8z" fill="currentColor" />
            </svg>
          </Button>
          <Popover className="popover" placement="bottom end">
            <Menu
              aria-label={strings.top.theme.label}
              selectionMode="single"
              disallowEmptySelection
              selectedKeys={[theme]}
              onSelectionChange={(keys) => {
                const [next] = keys;
                if (next !== undefined) setTheme(next as Theme);
              }}
            >
              {(["system", "light", "dark"] as const).map((word) => (
                <MenuItem key={word} id={word} className="option checked">
                  {strings.top.theme[word]}
                </MenuItem>
              ))}
            </Menu>
          </Popover>
        </MenuTrigger>
        <Button
          look="bare"
          size="icon"
          aria-label={strings.top.keys}
          onPress={() => {
            show("keys");
          }}
        >
          ?
        </Button>
      </div>
    </header>
  );
}
