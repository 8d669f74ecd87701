import type { ReactNode } from "react";
import { Dialog as AriaDialog, Heading, Modal, ModalOverlay } from "react-aria-components";
import "./controls.css";

/** A question or sheet over the window; Escape and a click beside it close it. */
export function Dialog({ title, open, onClose, broad, children }: { title: string; open: boolean; onClose: () => void; broad?: true; children: ReactNode }) {
  return (
    <ModalOverlay
      className="veil"
      isDismissable
      isOpen={open}
      onOpenChange={(next) => {
        if (!next) onClose();
      }}
    >
      <Modal className={broad === true ? "dialog broad" : "dialog"}>
        <AriaDialog>
          <Heading slot="title" level={2}>
            {title}
          </Heading>
          {children}
        </AriaDialog>
      </Modal>
    </ModalOverlay>
  );
}
