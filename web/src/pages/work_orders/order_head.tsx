/** What the order is, on which machine, how urgent and by when; what somebody wrote about it. */
import { PriorityMark } from "../../alarms/priority_mark";
import { priorityName } from "../../alarms/naming";
import { words } from "../../i18n";
import { now_ms } from "../../live/clock";
import { machineHref, orderHref } from "../../work_orders/addresses";
import { isToDo } from "../../work_orders/model";
import { alarmSaid, codedName, orderMachine, orderTitle, urgencyOf } from "../../work_orders/naming";
import type { OrderRecord } from "../../work_orders/record";
import { Due } from "./order_row";

export function OrderHead({ record }: { readonly record: OrderRecord }) {
  const text = words.value.order;
  const urgency = urgencyOf(record, now_ms.value);
  return (
    <header class="order-title">
      <PriorityMark priority={record.priority} asking={isToDo(record)} />
      <div class="order-title-text">
        <h1 tabIndex={-1}>{orderTitle(record)}</h1>
        <p>
          <span class="faint">#{record.number}</span> · {record.subject_kind === "equipment" ? <a class="link" href={machineHref(record.site, record.subject)}>{orderMachine(record)}</a> : orderMachine(record)}
          {record.space === null ? null : <span class="faint"> · {record.space}</span>}
        </p>
        <p>
          <b class="order-state">{words.value.orders.states[record.state]}</b> · {priorityName(record.priority)}
          {record.assignee === null && record.team === null ? null : ` · ${codedName(record.assignee) ?? codedName(record.team) ?? ""}`}
          {record.reopened > 0 ? <span class="order-warn"> · {text.reopened(record.reopened)}</span> : null}
        </p>
        {record.parent === null ? null : <p><a class="link" href={orderHref(record.parent)}>{text.parent(record.parent)}</a></p>}
        {record.description === "" || record.description === record.title ? null : <p class="order-words">{alarmSaid(record.description, record.alarm_list)}</p>}
      </div>
      <div class="order-title-due" data-urgency={urgency}><Due order={record} /></div>
    </header>
  );
}
