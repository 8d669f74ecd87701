import { useState } from "react";
import { Form, Input, Label, TextArea, TextField, Text } from "react-aria-components";
import { Button } from "../design/Button";
import { Dialog } from "../design/Dialog";
import type { PathQuestion } from "../state/paths";
import { strings } from "../strings";

/** A path typed by hand, where the host has no dialog of its own. */
export function PathDialog({ kind, suggestion, answer }: { kind: PathQuestion; suggestion: string; answer: (text: string | null) => void }) {
  const [text, setText] = useState(suggestion);
  return (
    <Dialog
      title={strings.path.title[kind]}
      open
      onClose={() => {
        answer(null);
      }}
    >
      <Form
        className="path-form"
        onSubmit={(event) => {
          event.preventDefault();
          answer(text.trim() === "" ? null : text.trim());
        }}
      >
        <TextField className="field" value={text} onChange={setText} autoFocus>
          <Label>{strings.path.label[kind]}</Label>
          {kind === "exports" ? (
            <TextArea className="input mono tall" rows={4} data-testid="path-input" />
          ) : (
            <Input className="input mono" data-testid="path-input" />
          )}
          <Text slot="description" className="quiet">
            {strings.path.help}
          </Text>
        </TextField>
        <div className="dialog-actions">
          <Button
            onPress={() => {
              answer(null);
            }}
          >
            {strings.dialog.cancel}
          </Button>
          <Button look="first" type="submit" testid="path-confirm">
            {strings.path.confirm[kind]}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
