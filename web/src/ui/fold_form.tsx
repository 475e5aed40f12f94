/**
 * A small form that waits behind a button until somebody wants it, sends, and folds again; what is wrong is said in it. The focus goes to its
 * first field, and back to the button.
 */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { words } from "../i18n";
import { Icon, type IconName } from "./icon";

export interface FoldFormProps {
  readonly button: string;
  readonly icon?: IconName;
  readonly confirm: string;
  /** Sends; gives what is wrong in words, else null. */
  readonly send: () => Promise<string | null>;
  readonly children: ComponentChildren;
}

export function FoldForm({ button, icon = "add", confirm, send, children }: FoldFormProps) {
  const id = useId();
  const open = useSignal(false);
  const sending = useSignal(false);
  const problem = useSignal<string | null>(null);
  const text = words.value.alarms.dialog;
  const form = useRef<HTMLFormElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const was = useRef(false);
  useEffect(() => {
    if (open.value) form.current?.querySelector<HTMLElement>("input, select, textarea")?.focus();
    else if (was.current) opener.current?.focus();
    was.current = open.value;
  }, [open.value]);
  const submit = async (): Promise<void> => {
    if (sending.value) return;
    sending.value = true;
    problem.value = await send();
    sending.value = false;
    if (problem.value === null) open.value = false;
  };
  if (!open.value) {
    return <p><button type="button" class="button" ref={opener} onClick={() => { open.value = true; }}><Icon name={icon} />{button}</button></p>;
  }
  return (
    <form class="order-form" ref={form} aria-label={button} noValidate onSubmit={(event) => { event.preventDefault(); void submit(); }}>
      {children}
      {problem.value === null ? null : <p id={`${id}-problem`} class="held-problem" role="alert"><Icon name="warning" />{problem.value}</p>}
      <div class="form-dialog-buttons">
        <button type="submit" class="button reason-confirm" aria-disabled={sending.value}>{sending.value ? text.sending : confirm}</button>
        <button type="button" class="button button-plain" onClick={() => { open.value = false; }}>{text.cancel}</button>
      </div>
    </form>
  );
}
