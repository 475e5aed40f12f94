/**
 * What was raised in a period: read from the address, asked of the API, filtered and sorted here.
 *
 *   #/alarms?show=history&period=month&priority=critical&q=comp-3&sort=-lasted
 */
import { apiAddress, askAll } from "../api/client";
import { hasWords } from "../ui/has_words";
import { PRIORITIES, SYSTEMS, type Priority } from "./model";
import { between_s, type Occurrence } from "./record";

export const PERIODS = ["day", "week", "month"] as const;
export type PeriodName = (typeof PERIODS)[number];

const DAY_MS = 86_400_000;
export const PERIOD_MS: Readonly<Record<PeriodName, number>> = { day: DAY_MS, week: 7 * DAY_MS, month: 30 * DAY_MS };

export const HISTORY_SORTS = ["raised_at", "priority", "machine", "lasted", "acknowledged"] as const;
export type HistorySort = (typeof HISTORY_SORTS)[number];

export interface HistoryQuery {
  readonly period: PeriodName;
  readonly priority: Priority | null;
  readonly system: string | null;
  readonly text: string;
  readonly sort: HistorySort;
  readonly descending: boolean;
}

export const DEFAULT_HISTORY: HistoryQuery = { period: "week", priority: null, system: null, text: "", sort: "raised_at", descending: true };

export function readHistoryQuery(address: URLSearchParams): HistoryQuery {
  const order = address.get("sort") ?? "-raised_at";
  return {
    period: PERIODS.find((period) => period === address.get("period")) ?? DEFAULT_HISTORY.period,
    priority: PRIORITIES.find((priority) => priority === address.get("priority")) ?? null,
    system: address.get("system"),
    text: address.get("q") ?? "",
    sort: HISTORY_SORTS.find((sort) => sort === order.replace(/^-/, "")) ?? DEFAULT_HISTORY.sort,
    descending: order.startsWith("-"),
  };
}

export function writeHistoryQuery(query: HistoryQuery, address: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(address);
  const order = (query.descending ? "-" : "") + query.sort;
  const put = (name: string, value: string | null): void => {
    if (value === null || value === "") next.delete(name);
    else next.set(name, value);
  };
  put("period", query.period === DEFAULT_HISTORY.period ? null : query.period);
  put("priority", query.priority);
  put("system", query.system);
  put("q", query.text);
  put("sort", order === "-raised_at" ? null : order);
  return next;
}

/** Occurrences of a site and of the service, the newest first. */
export async function loadOccurrences(site: string, from_ms: number, to_ms: number): Promise<Occurrence[]> {
  const span = { from: new Date(from_ms).toISOString(), to: new Date(to_ms).toISOString() };
  const [own, service] = await Promise.all([askAll("/api/v1/alarm-occurrences", { site, ...span }), askAll("/api/v1/alarm-occurrences", { site: "service", ...span })]);
  return [...own, ...service];
}

/** The API's own export: all of the period with this priority and system, however many; of the service where its system is chosen. */
export function historyCsvAddress(site: string, { period, priority, system }: HistoryQuery, now_ms: number): string {
  const span = { from: new Date(now_ms - PERIOD_MS[period]).toISOString(), to: new Date(now_ms).toISOString() };
  const known = SYSTEMS.find((one) => one === system);
  const wanted = { ...(priority === null ? {} : { priority: [priority] }), ...(known === undefined ? {} : { system: [known] }) };
  return apiAddress("/api/v1/alarm-occurrences", { site: system === "service" ? "service" : site, ...span, ...wanted, format: "csv" });
}

export function arrangedHistory(rows: readonly Occurrence[], query: HistoryQuery, nameOf: (row: Occurrence) => string, language: string): Occurrence[] {
  const wanted = hasWords(query.text);
  const names = new Intl.Collator(language, { numeric: true });
  const figures: Record<Exclude<HistorySort, "machine">, (row: Occurrence) => number | null> = {
    raised_at: (row) => Date.parse(row.raised_at),
    priority: (row) => -PRIORITIES.indexOf(row.priority),
    lasted: (row) => between_s(row.raised_at, row.returned_at ?? row.ended_at) ?? Infinity,
    acknowledged: (row) => between_s(row.raised_at, row.first_acknowledged_at) ?? Infinity,
  };
  const direction = query.descending ? -1 : 1;
  const { sort } = query;
  const compare = sort === "machine" ? (a: Occurrence, b: Occurrence) => names.compare(nameOf(a), nameOf(b)) : (a: Occurrence, b: Occurrence) => order(figures[sort](a), figures[sort](b));
  return rows
    .filter((row) => query.priority === null || row.priority === query.priority)
    .filter((row) => query.system === null || row.system === query.system)
    .filter((row) => wanted([row.machine, row.machine_zh, row.subject, row.name, row.name_zh, row.rule].join(" ")))
    .sort((a, b) => direction * compare(a, b) || Date.parse(b.raised_at) - Date.parse(a.raised_at));
}

/** Not by difference: two that still stand are both endless, and equal. */
function order(a: number | null, b: number | null): number {
  return a === b ? 0 : (a ?? -Infinity) < (b ?? -Infinity) ? -1 : 1;
}
