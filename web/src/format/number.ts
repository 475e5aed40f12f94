/**
 * Figures as text: grouped, a real minus sign, never "-0.0", a dash for what is not known.
 *
 * Formatters are made once per (language, decimals): building an Intl.NumberFormat costs more than using it a
 * thousand times.
 */
import { unitDecimals } from "./unit";

export type Locale = "en" | "zh";

export const MISSING = "–";
const TAGS: Readonly<Record<Locale, string>> = { en: "en-GB", zh: "zh-CN" };
const formatters = new Map<string, Intl.NumberFormat>();

export function localeTag(locale: Locale): string {
  return TAGS[locale];
}

export function formatNumber(value: number | null | undefined, decimals: number, locale: Locale): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return MISSING;
  const key = `${locale}${decimals}`;
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    formatter = new Intl.NumberFormat(localeTag(locale), {
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
      signDisplay: "negative", // -0.04 with one decimal is "0.0", not "-0.0"
    });
    formatters.set(key, formatter);
  }
  return formatter.format(value).replace("-", "−");
}

/** A value in its unit's customary number of decimals, without the unit. */
export function formatValue(value: number | null | undefined, unit: string, locale: Locale): string {
  return formatNumber(value, value === null || value === undefined ? 0 : unitDecimals(unit, value), locale);
}

export function formatCount(value: number, locale: Locale): string {
  return formatNumber(value, 0, locale);
}

export function formatShare(share: number | null, locale: Locale): string {
  return share === null ? MISSING : `${formatNumber(share * 100, 0, locale)} %`;
}
