/** Reads signals only to be run again when one of them changes. */
import type { ReadonlySignal } from "@preact/signals";

export function dependOn(...signals: readonly ReadonlySignal<unknown>[]): void {
  signals.forEach((one) => one.value);
}
