/** An alarm in words: its machine, what it is, its value and limit, its likeliest cause. */
import { formatShare, formatValue, type Locale } from "../format/number";
import { formatAge } from "../format/age";
import { unitSymbol } from "../format/unit";
import { named, readable, words } from "../i18n";
import type { SiteModel } from "../registry/site_model";
import { partsOf } from "./addresses";
import type { Alarm, Cause, Priority } from "./model";

/** What the service watches in itself has no name, only a code, which stands beside it. */
export function machineName(alarm: Pick<Alarm, "machine" | "machine_zh" | "subject"> & { readonly subject_kind: string }): string {
  if (alarm.subject_kind === "service" && (alarm.machine === "" || alarm.machine === alarm.subject)) return words.value.alarms.systems.service;
  return named({ name: alarm.machine === "" ? alarm.subject : alarm.machine, name_zh: alarm.machine_zh });
}

/** A machine of which only the code is at hand. */
export function nameOf(machine: string, { device }: SiteModel): string {
  const known = device.get(machine)?.device;
  return known === undefined ? machine : named(known);
}

/** An alarm of which only the address is at hand: its machine by name, its rule by code. */
export function addressText(alarm: string, model: SiteModel): string {
  const { rule, subject } = partsOf(alarm);
  return `${nameOf(subject, model)}: ${rule}`;
}

export function alarmName(alarm: Pick<Alarm, "name" | "name_zh" | "rule">): string {
  return named({ name: alarm.name === "" ? alarm.rule : alarm.name, name_zh: alarm.name_zh });
}

export function alarmMessage(alarm: Alarm, language: Locale): string {
  const text = language === "zh" ? alarm.message_zh : alarm.message;
  if (text === "") return `${machineName(alarm)}: ${alarmName(alarm)}`;
  return withSymbols(text, alarm.unit);
}

/** Messages have units as the API spells them, after figures; people read "°C", and no "1" after what is counted. */
function withSymbols(text: string, unit: string): string {
  const symbol = unitSymbol(unit);
  if (symbol === unit) return text;
  const spelled = unit.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return text.replace(new RegExp(`(?<=[0-9]) ${spelled}(?![0-9A-Za-z/])`, "g"), symbol === "" ? "" : ` ${symbol}`);
}

export function causeName(cause: Pick<Cause, "name" | "name_zh">): string {
  return named(cause);
}

export function figureWithUnit(value: number, unit: string, language: Locale): string {
  return `${formatValue(value, unit, language)} ${unitSymbol(unit)}`.trim();
}

/** A yes-or-no alarm has no figure worth reading: being on is its name. */
export function hasFigure({ level, value }: Pick<Alarm, "level" | "value">): boolean {
  return value !== null && level !== "ON";
}

export function likelyCause(alarm: Pick<Alarm, "causes">, language: Locale): string | null {
  const [first] = alarm.causes;
  return first === undefined ? null : `${causeName(first)} (${formatShare(first.likelihood, language)})`;
}

export function priorityName(priority: Priority | null): string {
  return priority === null ? words.value.alarms.noPriority : words.value.alarms.priorities[priority];
}

export function systemName(system: string): string {
  const names: Readonly<Record<string, string>> = words.value.alarms.systems;
  return names[system] ?? readable(system);
}

export function quietReason(quiet: string | null): string | null {
  if (quiet === null) return null;
  const names: Readonly<Record<string, string>> = words.value.alarms.quiet;
  return names[quiet] ?? readable(quiet);
}

export function agoOf(time_ms: number | null, now_ms: number): string {
  return time_ms === null ? words.value.age.never : formatAge((now_ms - time_ms) / 1000, words.value.age);
}
