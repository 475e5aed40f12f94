/** Why the order is there: what is suspected and what to do about it, the alarms behind it with their evidence, and whether they still stand. */
import { alarmHref } from "../../alarms/addresses";
import { agoOf, figureWithUnit } from "../../alarms/naming";
import { formatShare } from "../../format/number";
import { formatTime } from "../../format/time";
import { named, words } from "../../i18n";
import { now_ms } from "../../live/clock";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { Icon } from "../../ui/icon";
import type { AttachedAlarm, OrderRecord } from "../../work_orders/record";
import { codedName } from "../../work_orders/naming";

export function OrderAlarms({ record }: { readonly record: OrderRecord }) {
  const text = words.value.order;
  const action = named({ name: record.action, name_zh: record.action_zh });
  if (record.suspected === null && record.alarm_list.length === 0) return null;
  return (
    <section class="box" id="order-alarms" aria-labelledby="order-why">
      <h2 id="order-why">{text.why}</h2>
      {record.suspected === null ? null : (
        <div class="order-suspected">
          <p class="order-suspected-name"><span class="label">{text.suspected}</span> <b>{codedName(record.suspected)}</b></p>
          {action === "" ? null : <p><span class="label">{words.value.alarmPages.detail.action}</span> {action}</p>}
          <Evidence record={record} />
        </div>
      )}
      <ul class="order-lines">
        {record.alarm_list.map((alarm) => <OneAlarm key={`${alarm.alarm} ${alarm.raised_at}`} alarm={alarm} />)}
      </ul>
    </section>
  );
}

/** What spoke for the suspected cause when its alarm was raised. */
function Evidence({ record }: { readonly record: OrderRecord }) {
  const text = words.value.alarmPages.detail.evidence;
  const causes = record.alarm_list.flatMap((alarm) => alarm.causes);
  const cause = causes.find(({ code }) => code === record.suspected?.code);
  if (cause === undefined) return null;
  return (
    <>
      <p class="faint">{words.value.order.likelihood(formatShare(cause.likelihood, locale.value))}</p>
      <ul class="cause-evidence">
        {(cause.evidence ?? []).map((evidence) => {
          const kind = evidence.holds === null || evidence.holds === undefined ? "unknown" : evidence.holds ? "holds" : "not";
          return (
            <li key={evidence.says} data-kind={kind}>
              <Icon name={kind === "holds" ? "check" : kind === "not" ? "close" : "missing"} />
              <span><span class="label">{text[kind]}:</span> {named({ name: evidence.says, name_zh: evidence.says_zh ?? "" })}</span>
            </li>
          );
        })}
      </ul>
    </>
  );
}

function OneAlarm({ alarm }: { readonly alarm: AttachedAlarm }) {
  const { view } = useSite();
  const text = words.value.order;
  const zone = view.model.site.time_zone;
  const figure = alarm.value === null || alarm.level === "ON" ? null : figureWithUnit(alarm.value, alarm.unit, locale.value);
  const limit = alarm.limit === null || figure === null ? null : words.value.alarms.limit(figureWithUnit(alarm.limit, alarm.unit, locale.value));
  return (
    <li>
      <span>
        <a class="link" href={alarmHref(alarm.alarm)}>{named({ name: alarm.message === "" ? alarm.alarm : alarm.message, name_zh: alarm.message_zh })}</a>
        <span class="list-code">{[formatTime(Date.parse(alarm.raised_at), "moment", zone, locale.value), figure, limit].filter((part) => part !== null).join(" · ")}</span>
      </span>
      <span class={alarm.is_standing ? "order-warn" : "faint"}>{alarm.is_standing ? text.standing(agoOf(Date.parse(alarm.raised_at), now_ms.value)) : text.gone}</span>
    </li>
  );
}
