/** One order in a line: how urgent, what and on which machine, by when, who has it, how far it is. */
import { PriorityMark } from "../../alarms/priority_mark";
import { agoOf, priorityName } from "../../alarms/naming";
import { formatTime } from "../../format/time";
import { words } from "../../i18n";
import { now_ms } from "../../live/clock";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { Icon } from "../../ui/icon";
import { orderHref } from "../../work_orders/addresses";
import { isOver, isToDo, type Order } from "../../work_orders/model";
import { codedName, dueText, orderMachine, orderTitle, urgencyOf, wordOf } from "../../work_orders/naming";

export function OrderRow({ order, index }: { readonly order: Order; readonly index: number }) {
  return (
    <div class="list-row list-columns order-columns order-row" role="row" aria-rowindex={index + 2} data-index={index} data-state={order.state}>
      <span role="cell" data-column="urgent">
        <PriorityMark priority={order.priority} asking={isToDo(order)} />
        <span class="order-two">
          <b>{priorityName(order.priority)}</b>
          <span class="list-code">{words.value.orders.states[order.state]}</span>
        </span>
      </span>
      <span role="cell" data-column="title">
        <a class="list-link" href={orderHref(order.order)}><b>{orderTitle(order)}</b></a>
        <span class="list-code">{[`#${order.number}`, orderMachine(order), order.space].filter((part) => part !== null && part !== "").join(" · ")}</span>
      </span>
      <span role="cell" data-column="due"><Due order={order} /></span>
      <span role="cell" data-column="who"><Who order={order} /></span>
      <span role="cell" data-column="progress">{progressOf(order)}</span>
    </div>
  );
}

export function Due({ order }: { readonly order: Order }) {
  const { view } = useSite();
  const text = words.value.orders.due;
  const now = now_ms.value;
  const urgency = urgencyOf(order, now);
  const due = dueText(order, now);
  if (due === null) return <span class="faint">{order.done_at === null || isOver(order) ? "–" : text.done(agoOf(Date.parse(order.done_at), now))}</span>;
  return (
    <>
      <span class="order-due" data-urgency={urgency}>
        {urgency === "overdue" ? <Icon name="warning" /> : null}
        {due}
      </span>
      <span class="list-code">{[order.due_at === null ? "" : formatTime(Date.parse(order.due_at), "moment", view.model.site.time_zone, locale.value), urgency === "unanswered" ? text.unanswered : ""].filter((part) => part !== "").join(" · ")}</span>
    </>
  );
}

function Who({ order }: { readonly order: Order }) {
  const text = words.value.orders;
  const name = codedName(order.assignee);
  const team = codedName(order.team);
  return (
    <>
      {name ?? team ?? <span class="faint">{text.nobody}</span>}
      <span class="list-code">{[name === null ? null : team, order.escalated > 0 ? text.escalated(order.escalated) : null].filter((part) => part !== null).join(" · ")}</span>
    </>
  );
}

function progressOf(order: Order): string {
  const text = words.value.orders;
  const parts = [
    order.alarms > 0 ? text.alarmsStanding(order.alarms_standing, order.alarms) : null,
    order.tasks > 0 ? text.tasks(order.tasks_done, order.tasks) : null,
    order.isolations_open > 0 && isToDo(order) ? text.isolations(order.isolations_open) : null,
  ].filter((part) => part !== null);
  return parts.length > 0 ? parts.join(" · ") : wordOf(text.origins, order.origin);
}
