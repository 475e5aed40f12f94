/**
 * What this browser prefers: language and theme, kept in its own storage.
 *
 * Language: the one chosen here, else the browser's. Theme: `system` follows the computer, and the other two are for
 * the room: a dark control room, or a desk in daylight. The page's <html> element carries both, so style sheets and
 * screen readers see them. Where storage is closed (a locked-down kiosk) a choice lasts until the page is left.
 */
import { effect, signal, type Signal } from "@preact/signals";
import { localeTag, type Locale } from "../format/number";

export type Theme = "system" | "dark" | "daylight";

export const THEMES: readonly Theme[] = ["system", "dark", "daylight"];
export const LOCALES: readonly Locale[] = ["en", "zh"];

export const locale: Signal<Locale> = signal("en");
export const theme: Signal<Theme> = signal("system");

/** Recalls the preferences, then keeps <html> and the storage equal to them. */
export function startPreferences(): void {
  locale.value = recall("ioe.language", LOCALES) ?? browserLocale();
  theme.value = recall("ioe.theme", THEMES) ?? "system";
  effect(() => {
    document.documentElement.lang = localeTag(locale.value);
    keep("ioe.language", locale.value);
  });
  effect(() => {
    document.documentElement.dataset["theme"] = theme.value;
    keep("ioe.theme", theme.value);
  });
}

function browserLocale(): Locale {
  return navigator.language.toLowerCase().startsWith("zh") ? "zh" : "en";
}

function recall<Choice extends string>(key: string, choices: readonly Choice[]): Choice | null {
  try {
    const kept = localStorage.getItem(key);
    return choices.find((choice) => choice === kept) ?? null;
  } catch {
    return null;
  }
}

function keep(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage is closed: the choice lasts for this page.
  }
}
