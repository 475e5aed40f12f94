/**
 * What an entry of the trail carries besides words: the check and its value, the lock, the part and how many, who was given it, and the
 * evidence by which the service reopened an order. What only repeats the entry's time is left out.
 */
import { figureWithUnit } from "../alarms/naming";
import { named, words } from "../i18n";
import { locale } from "../shell/preferences";
import { wordOf } from "./naming";
import type { Task, TrailEntry } from "./record";

type Detail = TrailEntry["detail"];

export function detailText({ event, detail }: Pick<TrailEntry, "event" | "detail">, tasks: readonly Pick<Task, "text" | "text_zh">[]): string {
  const text = words.value.order;
  switch (event) {
    case "task":
      return joined(taskOf(detail, tasks), wordOf(text.tasks.results, textOf(detail, "result")), figureOf(detail), textOf(detail, "follow_up"));
    case "isolation_confirmed":
    case "isolation_removed":
      return joined(textOf(detail, "energy"), textOf(detail, "lock") === "" ? "" : text.trail.lock(textOf(detail, "lock")));
    case "part":
      return joined(textOf(detail, "name"), figureOf({ value: detail["quantity"], unit: detail["unit"] }), textOf(detail, "kind") === "returned" ? text.trail.returned : text.trail.used);
    case "labour":
      return joined(textOf(detail, "person"), typeof detail["hours"] === "number" ? text.labour.hours(String(detail["hours"])) : "");
    case "downtime_began":
      return wordOf(text.downtime.reasons, textOf(detail, "reason"));
    case "priority":
      return `${priorityOf(detail, "from")} → ${priorityOf(detail, "to")}`;
    default:
      return joined(textOf(detail, "assignee"), textOf(detail, "job"), textOf(detail, "team") === "" ? "" : text.trail.team(textOf(detail, "team")), textOf(detail, "cause"), textOf(detail, "resolution"), evidenceOf(detail));
  }
}

/** An alarm with its value and limit, of each that stands; of those that were only attached, which. */
function evidenceOf(detail: Detail): string {
  const given = detail["evidence"] ?? detail["alarms"];
  if (!Array.isArray(given)) return "";
  return given.map((one: unknown) => {
    if (typeof one === "string") return one;
    const alarm = Object(one) as Detail;
    const limit = typeof alarm["limit"] === "number" ? words.value.alarms.limit(figureOf({ value: alarm["limit"], unit: alarm["unit"] })) : "";
    return joined(textOf(alarm, "alarm"), textOf(alarm, "level"), figureOf(alarm), limit);
  }).join("; ");
}

/** An entry has the check's English text only; the check as it stands in the order has both. */
function taskOf(detail: Detail, tasks: readonly Pick<Task, "text" | "text_zh">[]): string {
  const said = textOf(detail, "text");
  return named({ name: said, name_zh: tasks.find(({ text }) => text === said)?.text_zh ?? "" });
}

function priorityOf(detail: Detail, name: string): string {
  return wordOf(words.value.alarms.priorities, textOf(detail, name));
}

function figureOf({ value, unit }: Detail): string {
  if (typeof value !== "number") return "";
  return typeof unit === "string" && unit !== "pcs" ? figureWithUnit(value, unit, locale.value) : `${value} ${textOf({ unit }, "unit")}`.trim();
}

function textOf(detail: Detail, name: string): string {
  const value = detail[name];
  return typeof value === "string" ? value : "";
}

function joined(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" · ");
}
