/**
 * How long ago, in one unit: an operator needs "4 min", not "4 min 12 s". The words are the language's.
 */
export interface AgeWords {
  readonly seconds: (count: number) => string;
  readonly minutes: (count: number) => string;
  readonly hours: (count: number) => string;
  readonly days: (count: number) => string;
}

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

export function formatAge(age_s: number, words: AgeWords): string {
  const whole_s = Math.max(0, Math.floor(age_s));
  if (whole_s < 2 * MINUTE_S) return words.seconds(whole_s);
  if (whole_s < 2 * HOUR_S) return words.minutes(Math.floor(whole_s / MINUTE_S));
  if (whole_s < 2 * DAY_S) return words.hours(Math.floor(whole_s / HOUR_S));
  return words.days(Math.floor(whole_s / DAY_S));
}
