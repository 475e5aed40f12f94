/**
 * What an entry of the trail carries besides words: the value that stood, the part and how many, the person who was given it. What the
 * service kept is shown, whatever it is: an entry nobody can read is none.
 */
import { readable } from "../i18n";
import type { TrailEntry } from "./record";

export function detailText({ detail }: Pick<TrailEntry, "detail">): string {
  return Object.entries(detail).flatMap(([name, value]) => textsOf(name, value)).join(" · ");
}

function textsOf(name: string, value: unknown): string[] {
  if (value === null || value === undefined || value === "" || value === false) return [];
  if (Array.isArray(value)) return value.length === 0 ? [] : [`${readable(name)}: ${value.map(inWords).join("; ")}`];
  return [`${readable(name)}: ${inWords(value)}`];
}

function inWords(value: unknown): string {
  if (typeof value === "object" && value !== null) {
    return Object.values(value).filter((part) => part !== null && part !== "").map(inWords).join(" ");
  }
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean" ? String(value) : "";
}
