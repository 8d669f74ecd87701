import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { useState } from "react";
import { Autocomplete, Dialog, Header, Input, Menu, MenuItem, MenuSection, Modal, ModalOverlay, SearchField } from "react-aria-components";
import { PrincipalMark, SeverityMark } from "../design/marks";
import { ask } from "../state/queries";
import { useRecord } from "../state/record";
import { strings } from "../strings";
import { questions as all } from "./questions";
import { SCREENS } from "./screens";
import type { Sheet } from "./Window";

/** One field that finds a person, a finding, a record or a screen. */
export function Palette({ onClose, show }: { onClose: () => void; show: (sheet: Sheet) => void }) {
  const [text, setText] = useState("");
  const navigate = useNavigate();
  const { openRecord } = useRecord();
  const words = text.trim();
  const people = useQuery({ ...ask.people(words), enabled: words.length > 0 });
  const findings = useQuery({ ...ask.findings({ design_facts: true, text: words }), enabled: words.length > 0 });
  const record = useQuery({ ...ask.who(words), enabled: words.length >= 6 && !words.includes(" ") });

  const said = words.toLowerCase();
  const screens = SCREENS.filter(({ name }) => strings.nav[name].toLowerCase().includes(said));
  const questions = words === "" ? all : all.filter(({ name }) => strings.ask.questions[name].toLowerCase().includes(said));
  const foundPeople = words === "" ? [] : (people.data ?? []).slice(0, 4);
  const foundFindings = words === "" ? [] : (findings.data?.rows ?? []).slice(0, 4);
  const exportsReport = strings.top.exportReport.toLowerCase().includes(words.toLowerCase());

  const go = (act: () => unknown) => () => {
    onClose();
    void act();
  };
  return (
    <ModalOverlay
      className="veil"
      isDismissable
      isOpen
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
    >
      <Modal className="dialog palette">
        <Dialog aria-label={strings.palette.title}>
          <Autocomplete inputValue={text} onInputChange={setText}>
            <SearchField className="palette-field" aria-label={strings.top.search} autoFocus>
              <Input placeholder={strings.top.searchShort} data-testid="palette-input" />
            </SearchField>
            <Menu aria-label={strings.palette.title} className="palette-list" renderEmptyState={() => <p className="palette-none">{strings.palette.nothing}</p>}>
              {record.data === undefined ? null : (
                <MenuSection>
                  <Header>{strings.palette.record}</Header>
                  <MenuItem
                    className="option"
                    id={`record:${record.data.id}`}
                    textValue={record.data.id}
                    onAction={go(() => {
                      openRecord(words);
                    })}
                  >
                    <span className="mono clip">{strings.palette.openRecord(record.data.id)}</span>
                  </MenuItem>
                </MenuSection>
              )}
              {foundPeople.length === 0 ? null : (
                <MenuSection>
                  <Header>{strings.palette.people}</Header>
                  {foundPeople.map((person) => (
                    <MenuItem
                      key={person.key}
                      id={`person:${person.key}`}
                      className="option"
                      textValue={person.name ?? person.shown}
                      onAction={go(() => navigate({ to: "/timeline", search: { person: person.key } }))}
                    >
                      <PrincipalMark kind="human" label={person.name ?? person.shown} />
                      <span className="quiet clip">{person.shown}</span>
                    </MenuItem>
                  ))}
                </MenuSection>
              )}
              {foundFindings.length === 0 ? null : (
                <MenuSection>
                  <Header>{strings.palette.findings}</Header>
                  {foundFindings.map((row) => (
                    <MenuItem
                      key={row.id}
                      id={`finding:${row.id}`}
                      className="option"
                      textValue={row.title}
                      onAction={go(() => navigate({ to: "/findings", search: { finding: row.id, ...(row.design_fact ? { facts: true as const } : {}) } }))}
                    >
                      <SeverityMark severity={row.severity} word={false} />
                      <span className="mono quiet">{row.rule}</span>
                      <span className="clip">{row.cause}</span>
                    </MenuItem>
                  ))}
                </MenuSection>
              )}
              {screens.length === 0 ? null : (
                <MenuSection>
                  <Header>{strings.palette.screens}</Header>
                  {screens.map(({ name, path, letter }) => (
                    <MenuItem key={name} id={`screen:${name}`} className="option" textValue={strings.nav[name]} onAction={go(() => navigate({ to: path }))}>
                      {strings.nav[name]}
                      <kbd className="key">g {letter}</kbd>
                    </MenuItem>
                  ))}
                </MenuSection>
              )}
              {questions.length === 0 ? null : (
                <MenuSection>
                  <Header>{strings.ask.title}</Header>
                  {questions.map(({ name, to, search }) => (
                    <MenuItem key={name} id={`ask:${name}`} className="option" textValue={strings.ask.questions[name]} onAction={go(() => navigate({ to, search: (search ?? {}) as never }))}>
                      {strings.ask.questions[name]}
                    </MenuItem>
                  ))}
                </MenuSection>
              )}
              {exportsReport ? (
                <MenuSection>
                  <Header>{strings.palette.actions}</Header>
                  <MenuItem
                    id="report"
                    className="option"
                    textValue={strings.top.exportReport}
                    onAction={() => {
                      show("report");
                    }}
                  >
                    {strings.top.exportReport}
                  </MenuItem>
                </MenuSection>
              ) : null}
            </Menu>
          </Autocomplete>
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}
