/** Asks for the reason of a decision and sends it; nothing is decided without one. Escape leaves it. */
import { useSignal } from "@preact/signals";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { asProblem } from "../../api/problem";
import { words } from "../../i18n";
import { Icon } from "../../ui/icon";

export interface ReasonFormProps {
  readonly confirm: string;
  readonly cancel: () => void;
  readonly send: (reason: string) => Promise<void>;
}

const LONGEST = 1000;

export function ReasonForm({ confirm, cancel, send }: ReasonFormProps) {
  const text = words.value.energy.held;
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const reason = useSignal("");
  const problem = useSignal<string | null>(null);
  const sending = useSignal(false);
  useLayoutEffect(() => { field.current?.focus(); }, []);
  const submit = async (): Promise<void> => {
    const given = reason.value.trim();
    if (given === "") {
      problem.value = text.reasonNeeded;
      field.current?.focus();
      return;
    }
    sending.value = true;
    try {
      await send(given);
    } catch (error) {
      problem.value = asProblem(error).message;
    }
    sending.value = false;
  };
  return (
    <form
      class="reason-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!sending.value) void submit();
      }}
      onKeyDown={(event) => {
        if (event.key === "Escape") cancel();
      }}
    >
      <label class="label" for={id}>{text.reason}</label>
      <input
        id={id}
        ref={field}
        class="field"
        maxLength={LONGEST}
        placeholder={text.reasonHint}
        value={reason.value}
        aria-required
        aria-invalid={problem.value !== null}
        aria-describedby={problem.value === null ? undefined : `${id}-problem`}
        onInput={(event) => { reason.value = event.currentTarget.value; }}
      />
      <div class="reason-buttons">
        <button type="submit" class="button reason-confirm" aria-disabled={sending.value}>{sending.value ? text.pending : confirm}</button>
        <button type="button" class="button button-plain" onClick={cancel}>{text.cancel}</button>
      </div>
      {problem.value === null ? null : <p id={`${id}-problem`} class="held-problem" role="alert"><Icon name="warning" />{problem.value}</p>}
    </form>
  );
}
