/** Everything that happened to the order, the newest first, and a word to add: who, what, when, and with which evidence. */
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { formatTime } from "../../format/time";
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { FoldForm } from "../../ui/fold_form";
import { Labelled } from "../../ui/labelled";
import type { OrderDesk } from "../../work_orders/desk";
import { alarmSaid, wordOf } from "../../work_orders/naming";
import { detailText } from "../../work_orders/trail";
import type { OrderRecord, TrailEntry } from "../../work_orders/record";
import "./order_trail.css";

export function OrderTrail({ desk }: { readonly desk: OrderDesk }) {
  const text = words.value.order.trail;
  return (
    <section class="box" aria-labelledby="order-trail">
      <div class="box-head"><h2 id="order-trail">{text.title}</h2></div>
      <AddComment desk={desk} />
      <ol class="trail" aria-labelledby="order-trail">
        {[...desk.record.trail].reverse().map((entry, index) => <OneEntry key={`${entry.at} ${entry.event} ${index}`} entry={entry} record={desk.record} />)}
      </ol>
    </section>
  );
}

function OneEntry({ entry, record }: { readonly entry: TrailEntry; readonly record: OrderRecord }) {
  const { view } = useSite();
  const text = words.value.order.trail;
  const detail = detailText(entry, record.task_list);
  return (
    <li>
      <time class="faint" dateTime={entry.at}>{formatTime(Date.parse(entry.at), "moment", view.model.site.time_zone, locale.value)}</time>
      <div>
        <p>
          <b>{wordOf(text.events, entry.event)}</b>
          {entry.to === null || entry.to === entry.from ? null : <span class="faint"> → {words.value.orders.states[entry.to]}</span>}
          <span class="faint"> · {entry.actor ?? words.value.order.itself}</span>
        </p>
        {entry.comment === "" ? null : <p class="order-words">{alarmSaid(entry.comment, record.alarm_list)}</p>}
        {detail === "" ? null : <p class="faint order-words">{detail}</p>}
      </div>
    </li>
  );
}

function AddComment({ desk }: { readonly desk: OrderDesk }) {
  const id = useId();
  const comment = useSignal("");
  const text = words.value.order.trail;
  const send = async (): Promise<string | null> => {
    const given = comment.value.trim();
    if (given === "") return text.commentNeeded;
    const wrong = await desk.tell("POST", ["comments"], { comment: given });
    if (wrong === null) comment.value = "";
    return wrong;
  };
  return (
    <FoldForm button={text.add} confirm={text.save} send={send}>
      <Labelled id={id} label={text.comment}>
        <textarea id={id} class="field" rows={3} maxLength={4000} value={comment.value} onInput={(event) => { comment.value = event.currentTarget.value; }} />
      </Labelled>
    </FoldForm>
  );
}

