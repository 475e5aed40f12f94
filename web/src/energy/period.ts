/**
 * The period of the energy page: local days of the site, half-open, as the API counts them.
 *
 *   today, yesterday, month, last_month   follow the calendar: a shared address shows its reader's today
 *   custom                                two dates that stay
 *
 * A period is compared with the same stretch of the one before. While it runs that is the part that has passed: the first
 * 23 days of a month against 23 days of the last one, half a day against half of yesterday.
 */
import { zoneOffset_ms } from "../format/zone";

export const PERIODS = ["today", "yesterday", "month", "last_month", "custom"] as const;
export type PeriodName = (typeof PERIODS)[number];
export type Resolution = "15m" | "hour" | "day" | "month";

/** Local dates `2026-11-01`; `stop` is the first day that is not part of it. */
export interface Days {
  readonly first: string;
  readonly stop: string;
}

/** As the API takes it: dates, or instants on quarter hours. */
export interface Span {
  readonly from: string;
  readonly to: string;
}

const DAY_MS = 86_400_000;
const QUARTER_MS = 900_000;
const HOURLY_DAYS = 7;
const DAILY_DAYS = 100;

export function localDate(time_ms: number, zone: string): string {
  return isoDate(time_ms + zoneOffset_ms(time_ms, zone));
}

export function addDays(day: string, count: number): string {
  return isoDate(Date.parse(day) + count * DAY_MS);
}

export function daysBetween(first: string, stop: string): number {
  return Math.round((Date.parse(stop) - Date.parse(first)) / DAY_MS);
}

/** The calendar's periods, on this local day. */
export function daysOf(period: Exclude<PeriodName, "custom">, today: string): Days {
  const month = `${today.slice(0, 7)}-01`;
  switch (period) {
    case "today":
      return { first: today, stop: addDays(today, 1) };
    case "yesterday":
      return { first: addDays(today, -1), stop: today };
    case "month":
      return { first: month, stop: addMonths(month, 1) };
    case "last_month":
      return { first: addMonths(month, -1), stop: month };
  }
}

export function resolutionOf({ first, stop }: Days): Resolution {
  const days = daysBetween(first, stop);
  if (days <= 1) return "15m";
  if (days <= HOURLY_DAYS) return "hour";
  return days <= DAILY_DAYS ? "day" : "month";
}

/** The instant at which a local day begins. */
export function midnight_ms(day: string, zone: string): number {
  const plain_ms = Date.parse(day);
  const near_ms = plain_ms - zoneOffset_ms(plain_ms, zone);
  return plain_ms - zoneOffset_ms(near_ms, zone);
}

/** What the period is compared with. */
export function before({ first, stop }: Days, now_ms: number, zone: string): Span {
  const months = monthsBetween(first, stop);
  const earlier = months > 0 ? addMonths(first, -months) : addDays(first, -daysBetween(first, stop));
  const quarter_ms = Math.floor(now_ms / QUARTER_MS) * QUARTER_MS;
  if (quarter_ms <= midnight_ms(first, zone) || quarter_ms >= midnight_ms(stop, zone)) return { from: earlier, to: first };
  const day = addDays(earlier, daysBetween(first, localDate(quarter_ms, zone)));
  if (day >= first) return { from: earlier, to: first };
  const passed_ms = quarter_ms - midnight_ms(localDate(quarter_ms, zone), zone);
  return { from: earlier, to: new Date(midnight_ms(day, zone) + passed_ms).toISOString() };
}

/** How many whole calendar months it is; 0: it is no such period. */
function monthsBetween(first: string, stop: string): number {
  if (!first.endsWith("-01") || !stop.endsWith("-01")) return 0;
  return (Number(stop.slice(0, 4)) - Number(first.slice(0, 4))) * 12 + Number(stop.slice(5, 7)) - Number(first.slice(5, 7));
}

function addMonths(month: string, count: number): string {
  return isoDate(Date.UTC(Number(month.slice(0, 4)), Number(month.slice(5, 7)) - 1 + count, 1));
}

function isoDate(plain_ms: number): string {
  return new Date(plain_ms).toISOString().slice(0, 10);
}
