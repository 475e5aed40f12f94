/** What a supervisor changes about an order that is still to be done: how urgent it is, by when, and after which job; with the reason. */
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { askRowsAt } from "../../api/at";
import { formatLocal, instantOf_ms } from "../../format/zone";
import { named, words } from "../../i18n";
import { useSite } from "../../session/context";
import { useResource } from "../../session/use_resource";
import { Choice } from "../../ui/choice";
import { FormDialog } from "../../ui/form_dialog";
import { Labelled } from "../../ui/labelled";
import type { OrderDesk } from "../../work_orders/desk";
import { PRIORITIES, type Priority } from "../../work_orders/model";
import { YouAre } from "./you_are";

interface Job {
  readonly code: string;
  readonly name: string;
  readonly name_zh: string;
}

export function UrgencyDialog({ desk, close }: { readonly desk: OrderDesk; readonly close: () => void }) {
  const { view } = useSite();
  const id = useId();
  const { record } = desk;
  const zone = view.model.site.time_zone;
  const before = record.due_at === null ? "" : formatLocal(Date.parse(record.due_at), zone);
  const priority = useSignal<Priority>(record.priority);
  const due = useSignal(before);
  const job = useSignal("");
  const comment = useSignal("");
  const problem = useSignal<string | null>(null);
  const text = words.value.order.change;
  const jobs = useResource(() => askRowsAt<Job>(["jobs"], { site: record.site }), [record.site]).state.value.value ?? [];
  const send = async (): Promise<string | null> => {
    const said = comment.value.trim();
    const changes: [string, object][] = [];
    if (priority.value !== record.priority) changes.push(["priority", { priority: priority.value, comment: said }]);
    if (due.value !== before && due.value !== "") changes.push(["due", { due_at: new Date(instantOf_ms(due.value, zone)).toISOString(), comment: said }]);
    if (job.value !== "") changes.push(["job", { job: job.value }]);
    if (changes.some(([what]) => what !== "job") && said === "") return words.value.order.dialog.whyNeeded;
    for (const [what, body] of changes) {
      const wrong = await desk.tell("PUT", [what], body);
      if (wrong !== null) return wrong;
    }
    close();
    return null;
  };
  return (
    <FormDialog id={id} title={text.title} confirm={text.save} problem={problem} send={send} close={close}>
      <p class="label">{words.value.orders.open.priority}</p>
      <Choice label={words.value.orders.open.priority} chosen={priority.value} choose={(value) => { priority.value = value; }} options={PRIORITIES.map((value) => ({ value, text: words.value.alarms.priorities[value] }))} />
      <p class="faint">{text.hint}</p>
      <Labelled id={`${id}-due`} label={words.value.order.facts.dueAt}>
        <input id={`${id}-due`} class="field" type="datetime-local" value={due.value} onInput={(event) => { due.value = event.currentTarget.value; }} />
      </Labelled>
      {record.job !== null || record.tasks > 0 || jobs.length === 0 ? null : (
        <Labelled id={`${id}-job`} label={text.job} hint={text.jobHint}>
          <select id={`${id}-job`} class="field" value={job.value} onChange={(event) => { job.value = event.currentTarget.value; }}>
            <option value="">{text.noJob}</option>
            {jobs.map((one) => <option key={one.code} value={one.code}>{named(one)}</option>)}
          </select>
        </Labelled>
      )}
      <Labelled id={`${id}-comment`} label={words.value.order.dialog.why}>
        <textarea
          id={`${id}-comment`} class="field" rows={2} maxLength={1000} value={comment.value} aria-describedby={problem.value === null ? undefined : `${id}-problem`}
          onInput={(event) => { comment.value = event.currentTarget.value; }}
        />
      </Labelled>
      <YouAre />
    </FormDialog>
  );
}
