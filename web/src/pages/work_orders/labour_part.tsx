/** Hours that people worked on the order: one line a person and a time. */
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { formatNumber } from "../../format/number";
import { formatTime } from "../../format/time";
import { words } from "../../i18n";
import { serverNow_ms } from "../../live/clock";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { FoldForm } from "../../ui/fold_form";
import { Labelled } from "../../ui/labelled";
import type { OrderDesk } from "../../work_orders/desk";
import { isOver } from "../../work_orders/model";
import { people, person } from "../../work_orders/person";

export function LabourPart({ desk }: { readonly desk: OrderDesk }) {
  const { view } = useSite();
  const { labour } = desk.record;
  const text = words.value.order.labour;
  const total_h = labour.reduce((sum, { hours }) => sum + hours, 0);
  const hours = (value: number): string => text.hours(formatNumber(value, 2, locale.value).replace(/[.,]?0+$/, ""));
  return (
    <section class="box" aria-labelledby="order-labour">
      <div class="box-head">
        <h2 id="order-labour">{text.title}</h2>
        {labour.length > 1 ? <p class="faint">{hours(total_h)}</p> : null}
      </div>
      {labour.length === 0 ? <p class="faint">{text.none}</p> : (
        <ul class="order-lines">
          {labour.map((entry) => (
            <li key={`${entry.name} ${entry.began_at}`}>
              <span>{entry.name}<span class="list-code">{[formatTime(Date.parse(entry.began_at), "moment", view.model.site.time_zone, locale.value), entry.note].filter((part) => part !== "").join(" · ")}</span></span>
              <span>{hours(entry.hours)}</span>
            </li>
          ))}
        </ul>
      )}
      {isOver(desk.record) ? null : <AddLabour desk={desk} />}
    </section>
  );
}

function AddLabour({ desk }: { readonly desk: OrderDesk }) {
  const id = useId();
  const text = words.value.order.labour;
  const who = useSignal(person.value ?? "");
  const other = useSignal("");
  const typed = useSignal("");
  const note = useSignal("");
  const send = async (): Promise<string | null> => {
    const hours = Number(typed.value.replace(",", "."));
    if (who.value === "" && other.value.trim() === "") return text.whoNeeded;
    if (!(hours > 0 && hours <= 24)) return text.hoursNeeded;
    const began_at = new Date(serverNow_ms() - hours * 3_600_000).toISOString();
    const whose = who.value === "" ? { name: other.value.trim() } : { person: who.value };
    return desk.tell("POST", ["labour"], { ...whose, hours, began_at, note: note.value.trim() });
  };
  return (
    <FoldForm button={text.add} confirm={text.save} send={send}>
      <Labelled id={`${id}-who`} label={text.who}>
        <select id={`${id}-who`} class="field" value={who.value} onChange={(event) => { who.value = event.currentTarget.value; }}>
          <option value="">{text.other}</option>
          {(people.state.value.value ?? []).map(({ code, name }) => <option key={code} value={code}>{name}</option>)}
        </select>
      </Labelled>
      {who.value !== "" ? null : (
        <Labelled id={`${id}-other`} label={text.otherName}>
          <input id={`${id}-other`} class="field" maxLength={120} value={other.value} onInput={(event) => { other.value = event.currentTarget.value; }} />
        </Labelled>
      )}
      <Labelled id={`${id}-hours`} label={text.howMany} hint={text.untilNow}>
        <input id={`${id}-hours`} class="field" inputMode="decimal" autocomplete="off" value={typed.value} onInput={(event) => { typed.value = event.currentTarget.value; }} />
      </Labelled>
      <Labelled id={`${id}-note`} label={text.note}>
        <input id={`${id}-note`} class="field" maxLength={1000} value={note.value} onInput={(event) => { note.value = event.currentTarget.value; }} />
      </Labelled>
    </FoldForm>
  );
}
