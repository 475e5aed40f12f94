/**
 * Instants as text, always in the site's own time zone: an operator in Kunshan and an engineer in Stuttgart talk
 * about the same 14:05.
 */
import { localeTag, type Locale } from "./number";

const formatters = new Map<string, Intl.DateTimeFormat>();

const STYLES = {
  minute: { hour: "2-digit", minute: "2-digit" },
  second: { hour: "2-digit", minute: "2-digit", second: "2-digit" },
  day: { month: "short", day: "numeric" },
  weekday: { weekday: "short" },
  month: { year: "numeric", month: "short" },
  moment: { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" },
  date: { year: "numeric", month: "short", day: "numeric" },
  full: { year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit" },
  iso: { year: "numeric", month: "2-digit", day: "2-digit" },
  zone: { hour: "2-digit", timeZoneName: "shortOffset" },
} as const satisfies Record<string, Intl.DateTimeFormatOptions>;

export type TimeStyle = Exclude<keyof typeof STYLES, "zone" | "iso">;

export function formatTime(time_ms: number, style: TimeStyle, zone: string, locale: Locale): string {
  return formatter(style, zone, locale).format(time_ms);
}

/** The site's day as the API writes it: `2026-11-24`. */
export function formatDay(time_ms: number, zone: string): string {
  const parts = new Map(formatter("iso", zone, "en").formatToParts(time_ms).map(({ type, value }) => [type, value]));
  return [parts.get("year"), parts.get("month"), parts.get("day")].join("-");
}

/** "UTC+8": how far the site's clock is from UTC at this instant. */
export function formatZone(time_ms: number, zone: string): string {
  const part = formatter("zone", zone, "en").formatToParts(time_ms).find((candidate) => candidate.type === "timeZoneName");
  return (part?.value ?? zone).replace("GMT", "UTC");
}

function formatter(style: keyof typeof STYLES, zone: string, locale: Locale): Intl.DateTimeFormat {
  const key = `${style} ${zone} ${locale}`;
  let made = formatters.get(key);
  if (made === undefined) {
    made = new Intl.DateTimeFormat(localeTag(locale), { ...STYLES[style], hourCycle: "h23", timeZone: zone });
    formatters.set(key, made);
  }
  return made;
}
