/**
 * The name of a state's number, as its template gives it: `{ stopped = 0, loaded = 2 }` makes 2 "Loaded". Names that
 * machines of every make use are translated; one that is not known is shown as it is, and so is a nameless number.
 */
import type { Point } from "../api/types";
import { readable, words } from "../i18n";

export function stateText(point: Point, value: number | null): string | undefined {
  if (point.kind !== "state" || value === null) return undefined;
  const name = Object.entries(point.states ?? {}).find(([, number]) => number === value)?.[0];
  if (name === undefined) return undefined;
  const known: Readonly<Record<string, string>> = words.value.states;
  return known[name] ?? readable(name);
}
