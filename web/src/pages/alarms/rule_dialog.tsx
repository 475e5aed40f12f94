/** Limits and delays of one machine, or of all, changed with a reason; they can be tried against history before they are saved. */
import { useSignal } from "@preact/signals";
import type { RefObject } from "preact";
import { useEffect, useId, useRef } from "preact/hooks";
import { editOf, saveEdit, type Edit, type RuleRecord } from "../../alarms/rules";
import { words } from "../../i18n";
import { Icon } from "../../ui/icon";
import { problemText } from "../../ui/problem_text";
import { useDialog } from "./dialog";
import { Trying } from "./rule_trial";
import "./action_dialog.css";

export interface RuleDialogProps {
  readonly record: RuleRecord;
  readonly machine: string | null;
  readonly close: () => void;
  readonly done: () => void;
}

const FIGURES = ["deadband", "on_delay_s", "off_delay_s"] as const;

export function RuleDialog({ record, machine, close, done }: RuleDialogProps) {
  const id = useId();
  const dialog = useDialog();
  const first = useRef<HTMLInputElement>(null);
  const edit = useSignal<Edit>(editOf(record, machine));
  const reason = useSignal("");
  const problem = useSignal<string | null>(null);
  const sending = useSignal(false);
  const text = words.value.alarmRules;
  useEffect(() => { first.current?.focus(); }, []); // after the dialog has opened
  const submit = async (): Promise<void> => {
    const figures = [...Object.values(edit.value.limits), ...FIGURES.map((name) => edit.value[name])];
    problem.value = figures.some((figure) => Number.isNaN(figure)) ? text.dialog.notNumber : reason.value.trim() === "" ? text.dialog.reasonNeeded : null;
    if (problem.value !== null) return;
    sending.value = true;
    try {
      await saveEdit(record, edit.value, reason.value.trim());
      close();
      done();
    } catch (error) {
      problem.value = problemText(error);
    }
    sending.value = false;
  };
  const levels = record.levels.filter(({ at }) => at !== "ON");
  return (
    <dialog class="action-dialog" ref={dialog} aria-labelledby={`${id}-title`} onClose={close}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!sending.value) void submit();
        }}
      >
        <h2 id={`${id}-title`}>{machine === null ? text.dialog.titleAll : text.dialog.title(machine)}</h2>
        <p class="action-explain">{machine === null ? text.dialog.explainAll : text.dialog.explainOne}</p>
        <div class="rule-fields">
          {levels.map(({ at }, index) => (
            <NumberField key={at} field={index === 0 ? first : undefined} label={text.level(at)} value={edit.value.limits[at] ?? 0} change={(value) => { edit.value = { ...edit.peek(), limits: { ...edit.peek().limits, [at]: value } }; }} />
          ))}
          {FIGURES.map((name) => (
            <NumberField key={name} label={name === "deadband" ? text.deadband : `${text[name]} (s)`} value={edit.value[name]} change={(value) => { edit.value = { ...edit.peek(), [name]: value }; }} />
          ))}
        </div>
        <label class="action-sure">
          <input type="checkbox" class="check" checked={edit.value.is_enabled} onChange={(event) => { edit.value = { ...edit.peek(), is_enabled: event.currentTarget.checked }; }} />
          <span>{text.dialog.enabled}</span>
        </label>
        {record.subject_kind === "service" ? null : <Trying record={record} edit={() => edit.peek()} span="day" label={text.trial.runEdited} />}
        <label class="label" for={`${id}-reason`}>{text.dialog.reason}</label>
        <input id={`${id}-reason`} class="field" maxLength={1000} placeholder={text.dialog.reasonHint} value={reason.value} aria-required aria-invalid={problem.value !== null} onInput={(event) => { reason.value = event.currentTarget.value; }} />
        {problem.value === null ? null : <p class="held-problem" role="alert"><Icon name="warning" />{problem.value}</p>}
        <div class="action-buttons">
          <button type="submit" class="button reason-confirm" aria-disabled={sending.value}>{sending.value ? text.dialog.sending : text.dialog.save}</button>
          <button type="button" class="button button-plain" onClick={() => { dialog.current?.close(); }}>{text.dialog.cancel}</button>
        </div>
      </form>
    </dialog>
  );
}

interface NumberFieldProps {
  readonly field?: RefObject<HTMLInputElement | null> | undefined;
  readonly label: string;
  readonly value: number;
  readonly change: (value: number) => void;
}

function NumberField({ field, label, value, change }: NumberFieldProps) {
  const id = useId();
  return (
    <div class="rule-field">
      <label class="label" for={id}>{label}</label>
      <input id={id} {...(field === undefined ? {} : { ref: field })} class="field" inputMode="decimal" defaultValue={String(value)} onInput={(event) => { change(numberOf(event.currentTarget.value)); }} />
    </div>
  );
}

/** A comma is a decimal point on many keyboards. */
function numberOf(text: string): number {
  return text.trim() === "" ? NaN : Number(text.trim().replace(",", "."));
}
