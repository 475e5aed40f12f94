/** An order in words: what it is, its machine, its state, and how long until it has to be done. */
import { formatAge } from "../format/age";
import { named, readable, words } from "../i18n";
import { isOverdue, isToDo, isUnanswered, type Coded, type Order } from "./model";
import type { AttachedAlarm } from "./record";

export function orderTitle({ title, title_zh }: Pick<Order, "title" | "title_zh">): string {
  return named({ name: title, name_zh: title_zh });
}

/** What an alarm said when it opened the order or was attached to it is kept in English; its alarm knows it in both languages. */
export function alarmSaid(text: string, alarms: readonly Pick<AttachedAlarm, "message" | "message_zh">[]): string {
  const alarm = alarms.find(({ message }) => message === text);
  return alarm === undefined ? text : named({ name: alarm.message, name_zh: alarm.message_zh });
}

/** Of an order for the site as a whole there is no machine. */
export function orderMachine({ machine, machine_zh, subject }: Pick<Order, "machine" | "machine_zh" | "subject">): string {
  return named({ name: machine === "" ? subject : machine, name_zh: machine_zh });
}

export function codedName(thing: Coded | null): string | null {
  return thing === null ? null : named(thing);
}

/** A word of a list that a newer service may have made longer: what is not known is its own code, made readable. */
export function wordOf(names: Readonly<Record<string, string>>, code: string): string {
  return names[code] ?? readable(code);
}

export type Urgency = "overdue" | "unanswered" | "due" | "none";

export function urgencyOf(order: Order, now_ms: number): Urgency {
  if (isOverdue(order, now_ms)) return "overdue";
  if (isUnanswered(order, now_ms)) return "unanswered";
  return isToDo(order) && order.due_at !== null ? "due" : "none";
}

/** "due in 3 h", "overdue by 2 d"; null where nothing is due. */
export function dueText(order: Order, now_ms: number): string | null {
  const text = words.value.orders.due;
  const urgency = urgencyOf(order, now_ms);
  if (urgency === "none") return null;
  const left_s = order.due_at === null ? 0 : (Date.parse(order.due_at) - now_ms) / 1000;
  if (urgency === "overdue") return text.overdue(formatAge(-left_s, words.value.age));
  return text.in(formatAge(left_s, words.value.age));
}
