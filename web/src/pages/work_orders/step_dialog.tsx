/**
 * Asks for what a step needs before it is taken: who shall do it, why it is held or cancelled, what was seen. The service has the last
 * word; what it refuses is said here in its words.
 */
import { useSignal, type Signal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { askAt } from "../../api/at";
import { words } from "../../i18n";
import { useResource } from "../../session/use_resource";
import { FormDialog } from "../../ui/form_dialog";
import { Labelled } from "../../ui/labelled";
import type { OrderDesk } from "../../work_orders/desk";
import type { Step } from "../../work_orders/model";
import { orderTitle } from "../../work_orders/naming";
import { YouAre } from "./you_are";

export interface StepDialogProps {
  readonly step: Exclude<Step, "complete">;
  readonly desk: OrderDesk;
  readonly close: () => void;
}

/** Somebody who could do it. */
export interface Candidate {
  readonly code: string;
  readonly name: string;
  readonly has_skill: boolean;
  /** null: no shift of theirs is known. */
  readonly is_here: boolean | null;
  readonly orders: number;
}

const NEEDS_COMMENT: ReadonlySet<Step> = new Set<Step>(["hold", "reopen", "cancel"]);

export function StepDialog({ step, desk, close }: StepDialogProps) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const comment = useSignal("");
  const assignee = useSignal("");
  const anyway = useSignal(false);
  const silent = useSignal(false);
  const anew = useSignal(false);
  const problem = useSignal<string | null>(null);
  const text = words.value.order;
  const needed = NEEDS_COMMENT.has(step) || (step === "assign" && anyway.value);
  const extras = (): object => {
    if (step === "start") return silent.value ? { takes_out_of_service: true } : {};
    if (step === "reopen") return anew.value ? { keep_results: false } : {};
    return step === "assign" ? assignment(assignee.value, anyway.value) : {};
  };
  const send = async (): Promise<string | null> => {
    const given = comment.value.trim();
    if (needed && given === "") {
      field.current?.focus();
      return text.dialog.whyNeeded;
    }
    if (step === "assign" && assignee.value === "") return text.dialog.assigneeNeeded;
    const wrong = await desk.tell("POST", [step], { ...(given === "" ? {} : { comment: given }), ...extras() });
    if (wrong === null) close();
    return wrong;
  };
  return (
    <FormDialog id={id} title={text.steps[step]} confirm={text.steps[step]} problem={problem} send={send} close={close}>
      <p><span class="faint">#{desk.record.number}</span> <b>{orderTitle(desk.record)}</b></p>
      <p class="form-dialog-explain">{text.explain[step]}</p>
      {step === "assign" ? <Candidates desk={desk} id={id} assignee={assignee} anyway={anyway} /> : null}
      {step === "start" && desk.record.alarms > 0 ? <Tick on={silent} text={text.dialog.silent} /> : null}
      {step === "reopen" && desk.record.tasks > 0 ? <Tick on={anew} text={text.dialog.anew} /> : null}
      <Labelled id={`${id}-comment`} label={needed ? text.dialog.why : text.dialog.comment}>
        <textarea
          id={`${id}-comment`} ref={field} class="field" rows={2} maxLength={4000} autofocus={needed} value={comment.value} aria-required={needed}
          aria-invalid={problem.value !== null} aria-describedby={problem.value === null ? undefined : `${id}-problem`}
          onInput={(event) => { comment.value = event.currentTarget.value; }}
        />
      </Labelled>
      <YouAre />
    </FormDialog>
  );
}

function Tick({ on, text }: { readonly on: Signal<boolean>; readonly text: string }) {
  return (
    <label class="form-dialog-tick">
      <input type="checkbox" class="check" checked={on.value} onChange={(event) => { on.value = event.currentTarget.checked; }} />
      <span>{text}</span>
    </label>
  );
}

/** `person:chen` or `team:mechanics`. */
function assignment(chosen: string, anyway: boolean): object {
  const [kind, code] = chosen.split(":");
  return { [kind === "team" ? "team" : "assignee"]: code, ...(anyway ? { anyway: true } : {}) };
}

interface CandidatesProps {
  readonly desk: OrderDesk;
  readonly id: string;
  readonly assignee: Signal<string>;
  readonly anyway: Signal<boolean>;
}

/** Who can do it comes first, and who is here now before who is not. */
function Candidates({ desk, id, assignee, anyway }: CandidatesProps) {
  const { site, number, skill } = desk.record;
  const text = words.value.order.dialog;
  const { value, problem } = useResource(() => loadCandidates(site, number), [site, number]).state.value;
  const people = value?.people ?? [];
  const chosen = people.find(({ code }) => assignee.value === `person:${code}`);
  const lacks = chosen !== undefined && !chosen.has_skill;
  const notes = ({ has_skill, is_here, orders }: Candidate): string =>
    [is_here === null ? null : is_here ? text.onShift : text.offShift, has_skill ? null : text.lacksSkill, orders > 0 ? text.hasOrders(orders) : null].filter((part) => part !== null).join(", ");
  return (
    <>
      <Labelled id={`${id}-assignee`} label={text.assignee} hint={problem === null ? (skill === null ? text.anySkill : text.skill(skill)) : problem.message}>
        <select id={`${id}-assignee`} class="field" autofocus value={assignee.value} aria-required onChange={(event) => { assignee.value = event.currentTarget.value; anyway.value = false; }}>
          <option value="">{text.choose}</option>
          <optgroup label={text.people}>
            {people.map((one) => <option key={one.code} value={`person:${one.code}`}>{[one.name, notes(one)].filter((part) => part !== "").join(": ")}</option>)}
          </optgroup>
          <optgroup label={text.teams}>
            {(value?.teams ?? []).map(({ code, name }) => <option key={code} value={`team:${code}`}>{name}</option>)}
          </optgroup>
        </select>
      </Labelled>
      {lacks ? <Tick on={anyway} text={text.anyway} /> : null}
    </>
  );
}

interface Found {
  readonly people: readonly Candidate[];
  readonly teams: readonly { readonly code: string; readonly name: string }[];
}

async function loadCandidates(site: string, number: number): Promise<Found> {
  const [people, teams] = await Promise.all([
    askAt<{ items: readonly Candidate[] }>(["work-orders", site, number, "candidates"]),
    askAt<{ items: Found["teams"] }>(["teams"]),
  ]);
  return { people: people.items, teams: teams.items };
}
