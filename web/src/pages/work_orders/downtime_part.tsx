/** When the machine could not do its work because of what the order is about; begun and ended here, ended by itself when the order is done. */
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { agoOf } from "../../alarms/naming";
import { formatAge } from "../../format/age";
import { formatTime } from "../../format/time";
import { words } from "../../i18n";
import { now_ms, serverNow_ms } from "../../live/clock";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { FoldForm } from "../../ui/fold_form";
import { Icon } from "../../ui/icon";
import { Labelled } from "../../ui/labelled";
import { isAtWork, type OrderDesk } from "../../work_orders/desk";
import { DOWNTIME_REASONS } from "../../work_orders/model";
import { wordOf } from "../../work_orders/naming";

export function DowntimePart({ desk }: { readonly desk: OrderDesk }) {
  const { view } = useSite();
  const { downtime, subject_kind } = desk.record;
  const text = words.value.order.downtime;
  if (subject_kind !== "equipment") return null;
  const moment = (time: string): string => formatTime(Date.parse(time), "moment", view.model.site.time_zone, locale.value);
  return (
    <section class="box" aria-labelledby="order-downtime">
      <h2 id="order-downtime">{text.title}</h2>
      {downtime.length === 0 ? <p class="faint">{text.none}</p> : (
        <ul class="order-lines">
          {downtime.map((one) => (
            <li key={one.began_at}>
              <span>{wordOf(text.reasons, one.reason)}<span class="list-code">{[one.ended_at === null ? moment(one.began_at) : `${moment(one.began_at)} – ${moment(one.ended_at)}`, one.note].filter((part) => part !== "").join(" · ")}</span></span>
              <span class={one.ended_at === null ? "order-warn" : ""}>
                {one.ended_at === null ? text.since(agoOf(Date.parse(one.began_at), now_ms.value)) : formatAge((Date.parse(one.ended_at) - Date.parse(one.began_at)) / 1000, words.value.age)}
              </span>
            </li>
          ))}
        </ul>
      )}
      {!isAtWork(desk.record) ? null : downtime.some(({ ended_at }) => ended_at === null) ? <EndDowntime desk={desk} /> : <BeginDowntime desk={desk} />}
    </section>
  );
}

function EndDowntime({ desk }: { readonly desk: OrderDesk }) {
  const problem = useSignal<string | null>(null);
  const end = async (): Promise<void> => { problem.value = await desk.tell("PUT", ["downtime", "end"], {}); };
  return (
    <>
      <p><button type="button" class="button" onClick={() => void end()}>{words.value.order.downtime.end}</button></p>
      {problem.value === null ? null : <p class="held-problem" role="alert"><Icon name="warning" />{problem.value}</p>}
    </>
  );
}

function BeginDowntime({ desk }: { readonly desk: OrderDesk }) {
  const id = useId();
  const text = words.value.order.downtime;
  const reason = useSignal<string>("breakdown");
  const minutes = useSignal("0");
  const note = useSignal("");
  const send = (): Promise<string | null> => {
    const ago_min = Number(minutes.value.replace(",", "."));
    if (!(ago_min >= 0)) return Promise.resolve(text.minutesNeeded);
    return desk.tell("POST", ["downtime"], { reason: reason.value, note: note.value.trim(), began_at: new Date(serverNow_ms() - ago_min * 60_000).toISOString() });
  };
  return (
    <FoldForm button={text.add} confirm={text.save} send={send}>
      <Labelled id={`${id}-reason`} label={text.reason}>
        <select id={`${id}-reason`} class="field" value={reason.value} onChange={(event) => { reason.value = event.currentTarget.value; }}>
          {DOWNTIME_REASONS.map((one) => <option key={one} value={one}>{text.reasons[one]}</option>)}
        </select>
      </Labelled>
      <Labelled id={`${id}-minutes`} label={text.ago}>
        <input id={`${id}-minutes`} class="field" inputMode="numeric" autocomplete="off" value={minutes.value} onInput={(event) => { minutes.value = event.currentTarget.value; }} />
      </Labelled>
      <Labelled id={`${id}-note`} label={words.value.order.labour.note}>
        <input id={`${id}-note`} class="field" maxLength={1000} value={note.value} onInput={(event) => { note.value = event.currentTarget.value; }} />
      </Labelled>
    </FoldForm>
  );
}
