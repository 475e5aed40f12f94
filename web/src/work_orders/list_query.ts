/**
 * Which orders are listed and in which order: read from the address, written back to it.
 *
 *   #/work-orders?state=doing&priority=critical,high&machine=comp-3&person=li.wei&team=mechanics&overdue=1&q=oil&sort=due
 *
 * What equals the default is left out of the address; what cannot be read is the default.
 */
import { hasWords } from "../ui/has_words";
import { byUrgency, isOver, isOverdue, PRIORITIES, type Order, type Priority } from "./model";

export const GROUPS = ["open", "requested", "waiting", "doing", "done", "over"] as const;
export type Group = (typeof GROUPS)[number];

export const SORTS = ["urgent", "due", "machine", "opened"] as const;
export type Sort = (typeof SORTS)[number];

/** As a person's code cannot be spelled: nobody has the order. */
export const NOBODY = "-";

export interface OrderQuery {
  readonly text: string;
  readonly group: Group;
  readonly priorities: readonly Priority[];
  readonly machine: string | null;
  readonly person: string | null;
  readonly team: string | null;
  readonly overdue: boolean;
  readonly sort: Sort;
}

export const DEFAULT_QUERY: OrderQuery = {
  text: "", group: "open", priorities: [], machine: null, person: null, team: null, overdue: false, sort: "urgent",
};

export function readOrderQuery(address: URLSearchParams): OrderQuery {
  const wanted = new Set((address.get("priority") ?? "").split(","));
  return {
    text: address.get("q") ?? "",
    group: GROUPS.find((group) => group === address.get("state")) ?? DEFAULT_QUERY.group,
    priorities: PRIORITIES.filter((priority) => wanted.has(priority)),
    machine: address.get("machine"),
    person: address.get("person"),
    team: address.get("team"),
    overdue: address.get("overdue") === "1",
    sort: SORTS.find((sort) => sort === address.get("sort")) ?? DEFAULT_QUERY.sort,
  };
}

/** Other parameters of the address (site, open device) stay. */
export function writeOrderQuery(query: OrderQuery, address: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(address);
  const put = (name: string, value: string | null): void => {
    if (value === null || value === "") next.delete(name);
    else next.set(name, value);
  };
  put("q", query.text);
  put("state", query.group === DEFAULT_QUERY.group ? null : query.group);
  put("priority", query.priorities.join(","));
  put("machine", query.machine);
  put("person", query.person);
  put("team", query.team);
  put("overdue", query.overdue ? "1" : null);
  put("sort", query.sort === DEFAULT_QUERY.sort ? null : query.sort);
  return next;
}

export function isFiltered({ text, priorities, machine, person, team, overdue }: OrderQuery): boolean {
  return text !== "" || priorities.length > 0 || machine !== null || person !== null || team !== null || overdue;
}

export function inGroup(order: Order, group: Group): boolean {
  switch (group) {
    case "open":
      return !isOver(order);
    case "requested":
    case "done":
      return order.state === group;
    case "waiting":
      return order.state === "open" || order.state === "assigned";
    case "doing":
      return order.state === "in_progress" || order.state === "on_hold";
    case "over":
      return isOver(order);
  }
}

/** Whether an order passes everything but the group, which has its own buttons with counts. */
export function passes(order: Order, query: OrderQuery, now_ms: number): boolean {
  return passesChoices(order, query) && (!query.overdue || isOverdue(order, now_ms)) && hasWords(query.text)(textsOf(order).join(" "));
}

function passesChoices(order: Order, { priorities, machine, person, team }: OrderQuery): boolean {
  return (
    (priorities.length === 0 || priorities.includes(order.priority)) &&
    (machine === null || order.subject === machine) &&
    (person === null || (order.assignee?.code ?? NOBODY) === person) &&
    (team === null || order.team?.code === team)
  );
}

function textsOf(order: Order): readonly (string | null | undefined)[] {
  const { suspected, assignee, team } = order;
  return [
    `#${order.number}`, order.title, order.title_zh, order.machine, order.machine_zh, order.subject, order.space, suspected?.name,
    suspected?.name_zh, assignee?.name, assignee?.code, team?.name, order.description,
  ];
}

/** Orders that pass, in order; equals stay in the order of the most urgent. */
export function arranged(orders: readonly Order[], query: OrderQuery, nameOf: (order: Order) => string, language: string, now_ms: number): Order[] {
  const names = new Intl.Collator(language, { numeric: true });
  const due = ({ due_at }: Order): string => due_at ?? "9";
  const urgent = byUrgency(now_ms);
  const by: Record<Sort, (a: Order, b: Order) => number> = {
    urgent,
    due: (a, b) => (due(a) < due(b) ? -1 : due(a) > due(b) ? 1 : 0),
    machine: (a, b) => names.compare(nameOf(a), nameOf(b)),
    opened: (a, b) => b.number - a.number,
  };
  return orders.filter((order) => inGroup(order, query.group) && passes(order, query, now_ms)).sort((a, b) => by[query.sort](a, b) || urgent(a, b));
}
