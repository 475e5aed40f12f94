/**
 * Says that the work is done: what the true cause was (the next alarm is explained by it), what was done, and a signature where the job asks
 * for one. The signature goes first, so that an order is never done without the one it needs.
 */
import { useSignal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { addressAt } from "../../api/at";
import { upload } from "../../api/upload";
import { readable, words } from "../../i18n";
import { FormDialog } from "../../ui/form_dialog";
import { Labelled } from "../../ui/labelled";
import { problemText } from "../../ui/problem_text";
import { SignaturePad } from "../../ui/signature_pad";
import type { OrderDesk } from "../../work_orders/desk";
import { codedName } from "../../work_orders/naming";
import { person } from "../../work_orders/person";
import type { CauseChoice } from "../../work_orders/record";
import { YouAre } from "./you_are";
import "./complete_dialog.css";

export interface CompleteDialogProps {
  readonly desk: OrderDesk;
  readonly wantsSignature: boolean;
  readonly close: () => void;
}

export function CompleteDialog({ desk, wantsSignature, close }: CompleteDialogProps) {
  const id = useId();
  const { record } = desk;
  const needsCause = record.possible.some(({ event, needs }) => event === "complete" && needs.includes("cause"));
  const cause = useSignal(record.cause ?? "");
  const note = useSignal("");
  const resolution = useSignal(record.resolution);
  const signing = useRef<(() => Promise<Blob | null>) | null>(null);
  const signed = useSignal(false);
  const problem = useSignal<string | null>(null);
  const text = words.value.order.complete;
  const sign = async (): Promise<string | null> => {
    const picture = (await signing.current?.()) ?? null;
    if (picture === null) return wantsSignature && !signed.peek() ? text.signatureNeeded : null;
    try {
      await upload(addressAt(["work-orders", record.site, record.number, "signature"], { by: person.peek() }), picture, () => undefined).done;
      signing.current = null;
      signed.value = true;
      return null;
    } catch (error) {
      return problemText(error);
    }
  };
  const send = async (): Promise<string | null> => {
    if (needsCause && cause.value === "") return text.causeNeeded;
    const wrong = await sign();
    if (wrong !== null) return wrong;
    const refused = await desk.tell("POST", ["complete"], {
      ...(cause.value === "" ? {} : { cause: cause.value, cause_note: note.value.trim() }), resolution: resolution.value.trim(),
    });
    if (refused === null) close();
    return refused;
  };
  return (
    <FormDialog id={id} title={words.value.order.steps.complete} confirm={words.value.order.steps.complete} problem={problem} send={send} close={close}>
      <p class="form-dialog-explain">{words.value.order.explain.complete}</p>
      {record.cause_choices.length === 0 ? null : (
        <fieldset class="cause-choices">
          <legend class="label">{needsCause ? text.cause : text.causeIfAny}</legend>
          {record.cause_choices.map((choice) => <Choice key={choice.code} choice={choice} name={`${id}-cause`} chosen={cause.value === choice.code} choose={() => { cause.value = choice.code; }} suspected={record.suspected?.code === choice.code} />)}
        </fieldset>
      )}
      {cause.value === "" ? null : (
        <Labelled id={`${id}-note`} label={text.note}>
          <input id={`${id}-note`} class="field" maxLength={1000} value={note.value} onInput={(event) => { note.value = event.currentTarget.value; }} />
        </Labelled>
      )}
      <Labelled id={`${id}-resolution`} label={text.resolution}>
        <textarea id={`${id}-resolution`} class="field" rows={2} maxLength={4000} placeholder={text.resolutionHint} value={resolution.value} onInput={(event) => { resolution.value = event.currentTarget.value; }} />
      </Labelled>
      {signed.value ? <p class="faint" role="status">{text.signatureKept}</p> : (
        <details class="complete-signature" open={wantsSignature}>
          <summary>{wantsSignature ? text.signature : text.signatureIfAny}</summary>
          <SignaturePad label={text.signature} hint={text.signatureHint} clear={text.clear} typed={text.typed} change={(draw) => { signing.current = draw; }} />
        </details>
      )}
      <YouAre />
    </FormDialog>
  );
}

interface ChoiceProps {
  readonly choice: CauseChoice;
  readonly name: string;
  readonly chosen: boolean;
  readonly suspected: boolean;
  readonly choose: () => void;
}

function Choice({ choice, name, chosen, suspected, choose }: ChoiceProps) {
  const text = words.value.order.complete;
  const general: Readonly<Record<string, string>> = text.general;
  const shown = general[choice.code] ?? codedName(choice) ?? readable(choice.code);
  return (
    <label class="cause-choice" data-chosen={chosen}>
      <input type="radio" class="check" name={name} checked={chosen} onChange={choose} />
      <span>{shown}{suspected ? <b> · {text.suspected}</b> : null}</span>
      <span class="faint">{choice.times_true === 0 ? text.neverTrue : text.timesTrue(choice.times_true)}</span>
    </label>
  );
}
