/** Opens an order by hand: what, on which machine, of which kind and how urgent. A phone that sends it twice opens one. */
import { useSignal } from "@preact/signals";
import { useId, useMemo, useRef } from "preact/hooks";
import { sendAt } from "../../api/at";
import { named, words } from "../../i18n";
import { loadMachines } from "../../machines/load";
import { useSite } from "../../session/context";
import { useResource } from "../../session/use_resource";
import { locale } from "../../shell/preferences";
import { go } from "../../shell/router";
import { Choice } from "../../ui/choice";
import { FormDialog } from "../../ui/form_dialog";
import { Labelled } from "../../ui/labelled";
import { problemText } from "../../ui/problem_text";
import { orderHref } from "../../work_orders/addresses";
import { newClientKey } from "../../work_orders/client_key";
import { KINDS, PRIORITIES, type Order, type Priority } from "../../work_orders/model";
import { signed } from "../../work_orders/person";
import { YouAre } from "./you_are";

export interface OpenOrderDialogProps {
  readonly close: () => void;
  /** Code of the machine to begin with. */
  readonly machine?: string;
}

export function OpenOrderDialog({ close, machine: given = "" }: OpenOrderDialogProps) {
  const { session } = useSite();
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const client_key = useMemo(() => newClientKey(), []);
  const title = useSignal("");
  const machine = useSignal(given);
  const kind = useSignal<string>("repair");
  const priority = useSignal<Priority>("medium");
  const description = useSignal("");
  const problem = useSignal<string | null>(null);
  const machines = useResource(() => loadMachines(session.code), [session.code]).state.value.value ?? [];
  const text = words.value.orders;
  const send = async (): Promise<string | null> => {
    if (title.value.trim() === "") {
      field.current?.focus();
      return text.open.whatNeeded;
    }
    const about = machine.value === "" ? { subject_kind: "site", subject: session.code } : { subject_kind: "equipment", subject: machine.value };
    try {
      const made = await sendAt<Order>("POST", ["work-orders"], signed({
        client_key, site: session.code, ...about, title: title.value.trim(), description: description.value.trim(), kind: kind.value, priority: priority.value,
      }));
      close();
      session.orders.renew();
      go(orderHref(made.order));
      return null;
    } catch (error) {
      return problemText(error);
    }
  };
  const names = new Intl.Collator(locale.value, { numeric: true });
  return (
    <FormDialog id={id} title={text.open.title} confirm={text.open.confirm} problem={problem} send={send} close={close}>
      <Labelled id={`${id}-title-field`} label={text.open.what}>
        <input
          id={`${id}-title-field`} ref={field} class="field" autofocus maxLength={200} placeholder={text.open.whatHint} value={title.value} aria-required
          aria-invalid={problem.value !== null} aria-describedby={problem.value === null ? undefined : `${id}-problem`}
          onInput={(event) => { title.value = event.currentTarget.value; }}
        />
      </Labelled>
      <Labelled id={`${id}-machine`} label={text.open.machine}>
        <select id={`${id}-machine`} class="field" value={machine.value} onChange={(event) => { machine.value = event.currentTarget.value; }}>
          <option value="">{text.open.wholeSite}</option>
          {[...machines].sort((a, b) => names.compare(named(a), named(b))).map((one) => <option key={one.code} value={one.code}>{named(one)}</option>)}
        </select>
      </Labelled>
      <Labelled id={`${id}-kind`} label={text.open.kind}>
        <select id={`${id}-kind`} class="field" value={kind.value} onChange={(event) => { kind.value = event.currentTarget.value; }}>
          {KINDS.map((one) => <option key={one} value={one}>{text.kinds[one]}</option>)}
        </select>
      </Labelled>
      <p class="label">{text.open.priority}</p>
      <Choice label={text.open.priority} chosen={priority.value} choose={(value) => { priority.value = value; }} options={PRIORITIES.map((value) => ({ value, text: words.value.alarms.priorities[value] }))} />
      <Labelled id={`${id}-description`} label={text.open.description}>
        <textarea id={`${id}-description`} class="field" maxLength={4000} placeholder={text.open.descriptionHint} value={description.value} onInput={(event) => { description.value = event.currentTarget.value; }} />
      </Labelled>
      <YouAre />
    </FormDialog>
  );
}
