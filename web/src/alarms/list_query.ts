/**
 * What the list of alarms shows and in which order: read from the address, written back to it.
 *
 *   #/alarms?show=history                          which part of the page
 *   #/alarms?priority=critical,high&state=shelved&system=compressed_air&machine=comp-3&where=service&q=oil&sort=-since
 *
 * What equals the default is left out of the address; what cannot be read is the default. `open`, the default, is what a person
 * has to do with: shelved, suppressed and out of service are one press away, with their number beside it.
 */
import { hasWords } from "../ui/has_words";
import { pressed } from "../ui/order";
import { ASKING, began_ms, byWorst, isOfService, isOpen, PRIORITIES, STANDING, type Alarm, type Priority } from "./model";

export const PARTS = ["list", "history", "figures", "rules"] as const;
export type Part = (typeof PARTS)[number];

export const GROUPS = ["open", "asking", "standing", "shelved", "suppressed", "out_of_service", "all"] as const;
export type Group = (typeof GROUPS)[number];

export const WHERES = ["all", "site", "service"] as const;
export type Where = (typeof WHERES)[number];

export const SORTS = ["worst", "machine", "since"] as const;
export type Sort = (typeof SORTS)[number];

export interface AlarmQuery {
  readonly text: string;
  readonly priorities: readonly Priority[];
  readonly group: Group;
  readonly system: string | null;
  readonly machine: string | null;
  readonly where: Where;
  readonly sort: Sort;
  readonly descending: boolean;
}

export const DEFAULT_QUERY: AlarmQuery = {
  text: "", priorities: [], group: "open", system: null, machine: null, where: "all", sort: "worst", descending: false,
};

export function readPart(address: URLSearchParams): Part {
  return PARTS.find((part) => part === address.get("show")) ?? "list";
}

export function readAlarmQuery(address: URLSearchParams): AlarmQuery {
  const wanted = new Set((address.get("priority") ?? "").split(","));
  const order = address.get("sort") ?? "worst";
  return {
    text: address.get("q") ?? "",
    priorities: PRIORITIES.filter((priority) => wanted.has(priority)),
    group: GROUPS.find((group) => group === address.get("state")) ?? DEFAULT_QUERY.group,
    system: address.get("system"),
    machine: address.get("machine"),
    where: WHERES.find((where) => where === address.get("where")) ?? DEFAULT_QUERY.where,
    sort: SORTS.find((sort) => sort === order.replace(/^-/, "")) ?? DEFAULT_QUERY.sort,
    descending: order.startsWith("-"),
  };
}

/** Other parameters of the address (site, part, open device) stay. */
export function writeAlarmQuery(query: AlarmQuery, address: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(address);
  const put = (name: string, value: string | null): void => {
    if (value === null || value === "") next.delete(name);
    else next.set(name, value);
  };
  const order = (query.descending ? "-" : "") + query.sort;
  put("q", query.text);
  put("priority", query.priorities.join(","));
  put("state", query.group === DEFAULT_QUERY.group ? null : query.group);
  put("system", query.system);
  put("machine", query.machine);
  put("where", query.where === DEFAULT_QUERY.where ? null : query.where);
  put("sort", order === DEFAULT_QUERY.sort ? null : order);
  return next;
}

/** A press on a column's head: this column (times from the newest), or the other way round. */
export function sortedBy(query: AlarmQuery, sort: Sort): AlarmQuery {
  return { ...query, ...pressed(sort, query, sort === "since") };
}

export function isFiltered({ text, priorities, system, machine, where }: AlarmQuery): boolean {
  return text !== "" || priorities.length > 0 || system !== null || machine !== null || where !== "all";
}

export function inGroup(alarm: Alarm, group: Group): boolean {
  switch (group) {
    case "all":
      return true;
    case "open":
      return isOpen(alarm);
    case "asking":
      return ASKING.has(alarm.state);
    case "standing":
      return STANDING.has(alarm.state);
    case "shelved":
    case "suppressed":
    case "out_of_service":
      return alarm.state === group;
  }
}

/** Whether an alarm passes everything but the group, which has its own buttons with counts. */
export function passes(alarm: Alarm, query: AlarmQuery): boolean {
  const texts = [alarm.machine, alarm.machine_zh, alarm.subject, alarm.name, alarm.name_zh, alarm.message, alarm.message_zh, alarm.rule, alarm.space, alarm.equipment];
  return (
    (query.priorities.length === 0 || (alarm.priority !== null && query.priorities.includes(alarm.priority))) &&
    (query.system === null || alarm.system === query.system) &&
    (query.machine === null || alarm.subject === query.machine) &&
    (query.where === "all" || isOfService(alarm) === (query.where === "service")) &&
    hasWords(query.text)(texts.join(" "))
  );
}

/** Alarms that pass, in order; equals stay in the order of the worst. */
export function arranged(alarms: readonly Alarm[], query: AlarmQuery, nameOf: (alarm: Alarm) => string, language: string): Alarm[] {
  const names = new Intl.Collator(language, { numeric: true });
  const by: Record<Sort, (a: Alarm, b: Alarm) => number> = {
    worst: byWorst,
    machine: (a, b) => names.compare(nameOf(a), nameOf(b)),
    since: (a, b) => (began_ms(a) ?? 0) - (began_ms(b) ?? 0),
  };
  const direction = query.descending ? -1 : 1;
  return alarms
    .filter((alarm) => inGroup(alarm, query.group) && passes(alarm, query))
    .sort((a, b) => direction * by[query.sort](a, b) || byWorst(a, b));
}
