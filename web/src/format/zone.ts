/** How far a time zone is ahead of UTC at an instant, and times of its own, from the browser's own zone data. */
const formatters = new Map<string, Intl.DateTimeFormat>();

export function zoneOffset_ms(time_ms: number, zone: string): number {
  let formatter = formatters.get(zone);
  if (formatter === undefined) {
    formatter = new Intl.DateTimeFormat("en-GB", {
      timeZone: zone,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
    formatters.set(zone, formatter);
  }
  const parts: Record<string, number> = {};
  for (const { type, value } of formatter.formatToParts(time_ms)) parts[type] = Number(value);
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(time_ms / 1000) * 1000;
}

/** An instant as a field of the kind `datetime-local` has it, in a zone: `2026-11-24T14:05`. */
export function formatLocal(time_ms: number, zone: string): string {
  return new Date(time_ms + zoneOffset_ms(time_ms, zone)).toISOString().slice(0, 16);
}

/** The instant that such a field means there; of an hour that a clock change repeats, the first. */
export function instantOf_ms(local: string, zone: string): number {
  const plain_ms = Date.parse(`${local}Z`);
  return plain_ms - zoneOffset_ms(plain_ms - zoneOffset_ms(plain_ms, zone), zone);
}
