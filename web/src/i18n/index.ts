/**
 * The words in the chosen language: `words.value.power.title`.
 *
 * Reading it in a component redraws that component when the language changes. `named` picks the registry's own name
 * in that language, and the English one where no Chinese name was given.
 */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { Locale } from "../format/number";
import { locale } from "../shell/preferences";
import { en, type Messages } from "./en";
import { zh } from "./zh";

export const CATALOGUES: Readonly<Record<Locale, Messages>> = { en, zh };

export const words: ReadonlySignal<Messages> = computed(() => CATALOGUES[locale.value]);

export interface Named {
  readonly name: string;
  readonly name_zh?: string | null;
}

export function named(thing: Named): string {
  const chinese = thing.name_zh ?? "";
  return locale.value === "zh" && chinese !== "" ? chinese : thing.name;
}

/** A device kind's name. Kinds are open: one that this console does not know is its own code, made readable. */
export function kindName(kind: string | null): string {
  const names: Readonly<Record<string, string>> = words.value.kinds;
  const code = kind ?? "none";
  return names[code] ?? readable(code);
}

/** A code as words: `capacitor_bank` is "Capacitor bank". */
export function readable(code: string): string {
  return code.charAt(0).toUpperCase() + code.slice(1).replaceAll("_", " ");
}
