/** Whether the page is as narrow as a phone: there a panel covers everything, and what is covered must not be reachable. */
import { signal, type ReadonlySignal } from "@preact/signals";

const NARROW = "(max-width: 47.99rem)";
const narrow = signal(false);

export const isNarrow: ReadonlySignal<boolean> = narrow;

export function watchWidth(): void {
  const query = matchMedia(NARROW);
  narrow.value = query.matches;
  query.addEventListener("change", () => { narrow.value = query.matches; });
}
