/**
 * A dialog that asks and sends: the browser's own, which keeps the focus in it; Escape leaves it, Enter sends. What is wrong is
 * said above its buttons. When it closes the focus returns to where it was. The field to begin with has `autofocus`. It is open before
 * the next key is read: who presses `a` and Enter quickly means the dialog, not what had the focus before.
 */
import type { Signal } from "@preact/signals";
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { words } from "../i18n";
import { Icon } from "./icon";
import "./form_dialog.css";

export interface FormDialogProps {
  /** `<id>-problem` is what is wrong, for the field that it is about. */
  readonly id: string;
  readonly title: string;
  readonly confirm: string;
  readonly problem: Signal<string | null>;
  /** Sends, and closes; gives what is wrong in words, else null. */
  readonly send: () => Promise<string | null>;
  readonly close: () => void;
  readonly children: ComponentChildren;
}

export function FormDialog({ id, title, confirm, problem, send, close, children }: FormDialogProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  const sending = useSignal(false);
  const text = words.value.alarms.dialog;
  useLayoutEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  const submit = async (): Promise<void> => {
    if (sending.value) return;
    sending.value = true;
    problem.value = await send();
    sending.value = false;
  };
  return (
    <dialog class="form-dialog" ref={dialog} aria-labelledby={`${id}-title`} onClose={close}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <h2 id={`${id}-title`}>{title}</h2>
        {children}
        {problem.value === null ? null : <p id={`${id}-problem`} class="held-problem" role="alert"><Icon name="warning" />{problem.value}</p>}
        <div class="form-dialog-buttons">
          <button type="submit" class="button reason-confirm" aria-disabled={sending.value}>{sending.value ? text.sending : confirm}</button>
          <button type="button" class="button button-plain" onClick={() => { dialog.current?.close(); }}>{text.cancel}</button>
        </div>
      </form>
    </dialog>
  );
}
