/** Limits and delays of one machine, or of all, changed with a reason; they can be tried against history before they are saved. */
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { nameOf } from "../../alarms/naming";
import { editOf, saveEdit, unitOf, type Edit, type RuleRecord } from "../../alarms/rules";
import { unitSymbol } from "../../format/unit";
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { FormDialog } from "../../ui/form_dialog";
import { problemText } from "../../ui/problem_text";
import { Trying } from "./rule_trial";

export interface RuleDialogProps {
  readonly record: RuleRecord;
  readonly machine: string | null;
  readonly close: () => void;
  readonly done: () => void;
}

const FIGURES = ["deadband", "on_delay_s", "off_delay_s"] as const;

export function RuleDialog({ record, machine, close, done }: RuleDialogProps) {
  const id = useId();
  const edit = useSignal<Edit>(editOf(record, machine));
  const reason = useSignal("");
  const problem = useSignal<string | null>(null);
  const { view } = useSite();
  const text = words.value.alarmRules;
  const unit = unitSymbol(unitOf(record, view.model));
  const inUnit = (label: string): string => (unit === "" ? label : `${label} (${unit})`);
  const change = (part: Partial<Edit>): void => { edit.value = { ...edit.peek(), ...part }; };
  const send = async (): Promise<string | null> => {
    const figures = [...Object.values(edit.value.limits), ...FIGURES.map((name) => edit.value[name])];
    if (figures.some((figure) => Number.isNaN(figure))) return text.dialog.notNumber;
    if (reason.value.trim() === "") return text.dialog.reasonNeeded;
    try {
      await saveEdit(record, edit.value, reason.value.trim());
    } catch (error) {
      return problemText(error);
    }
    close();
    done();
    return null;
  };
  const levels = record.levels.filter(({ at }) => at !== "ON");
  return (
    <FormDialog id={id} title={machine === null ? text.dialog.titleAll : text.dialog.title(nameOf(machine, view.model))} confirm={text.dialog.save} problem={problem} send={send} close={close}>
      <p class="form-dialog-explain">{machine === null ? text.dialog.explainAll : text.dialog.explainOne}</p>
      <div class="rule-fields">
        {levels.map(({ at }, index) => (
          <NumberField key={at} first={index === 0} label={inUnit(text.level(at))} value={edit.value.limits[at] ?? 0} change={(value) => { change({ limits: { ...edit.peek().limits, [at]: value } }); }} />
        ))}
        {FIGURES.map((name) => (
          <NumberField key={name} label={name === "deadband" ? inUnit(text.deadband) : `${text[name]} (s)`} value={edit.value[name]} change={(value) => { change({ [name]: value }); }} />
        ))}
      </div>
      <label class="form-dialog-tick">
        <input type="checkbox" class="check" checked={edit.value.is_enabled} onChange={(event) => { change({ is_enabled: event.currentTarget.checked }); }} />
        <span>{text.dialog.enabled}</span>
      </label>
      {record.subject_kind === "service" ? null : <Trying record={record} edit={() => edit.peek()} span="day" label={text.trial.runEdited} />}
      <label class="label" for={`${id}-reason`}>{text.dialog.reason}</label>
      <input
        id={`${id}-reason`}
        class="field"
        maxLength={1000}
        placeholder={text.dialog.reasonHint}
        value={reason.value}
        aria-required
        aria-invalid={problem.value !== null}
        aria-describedby={problem.value === null ? undefined : `${id}-problem`}
        onInput={(event) => { reason.value = event.currentTarget.value; }}
      />
    </FormDialog>
  );
}

interface NumberFieldProps {
  readonly first?: boolean;
  readonly label: string;
  readonly value: number;
  readonly change: (value: number) => void;
}

function NumberField({ first = false, label, value, change }: NumberFieldProps) {
  const id = useId();
  return (
    <div class="rule-field">
      <label class="label" for={id}>{label}</label>
      <input id={id} class="field" autofocus={first} inputMode="decimal" defaultValue={String(value)} onInput={(event) => { change(numberOf(event.currentTarget.value)); }} />
    </div>
  );
}

/** A comma is a decimal point on many keyboards. */
function numberOf(text: string): number {
  return text.trim() === "" ? NaN : Number(text.trim().replace(",", "."));
}
