/**
 * Alarms as the API gives them, and the few laws the page needs of them: which ask for a person, which are worst.
 *
 *   asking      nobody has seen it yet: unacknowledged, returned or latched without acknowledgement
 *   standing    seen, and still there
 *   quiet       shelved, suppressed by design, out of service: listed, but not in anybody's way
 */
import type { Alarm } from "../api/types";

export const PRIORITIES = ["critical", "high", "medium", "low"] as const;
export type Priority = (typeof PRIORITIES)[number];

export const STATES = [
  "unacknowledged", "latched_unacknowledged", "returned_unacknowledged", "acknowledged", "latched_acknowledged", "shelved",
  "suppressed", "out_of_service", "normal",
] as const;
export type AlarmState = (typeof STATES)[number];

export const SUBJECT_KINDS = ["device", "meter", "site", "service"] as const;
export const SYSTEMS = [
  "power", "compressed_air", "chilled_water", "air_handling", "heat", "pv", "storage", "water", "gas", "communication", "metering", "service", "other",
] as const;
export const QUIETS = ["not_running", "outside_hours", "communication_lost", "explained"] as const;

export type { Alarm } from "../api/types";
export type { ShownCause as Cause, ShownEvidence as CauseEvidence } from "../api/types";

export const ASKING: ReadonlySet<AlarmState> = new Set<AlarmState>(["unacknowledged", "latched_unacknowledged", "returned_unacknowledged"]);
export const STANDING: ReadonlySet<AlarmState> = new Set<AlarmState>(["acknowledged", "latched_acknowledged"]);

export function isAsking({ state }: Pick<Alarm, "state">): boolean {
  return ASKING.has(state);
}

export function isOpen({ state }: Pick<Alarm, "state">): boolean {
  return ASKING.has(state) || STANDING.has(state);
}

export function isOfService({ subject_kind }: Pick<Alarm, "subject_kind">): boolean {
  return subject_kind === "service";
}

/** Since when it is there: raised, or where it was never raised (suppressed before that) in this state. */
export function began_ms({ raised_at, since }: Pick<Alarm, "raised_at" | "since">): number | null {
  const text = raised_at ?? since;
  const time_ms = text === null ? NaN : Date.parse(text);
  return Number.isNaN(time_ms) ? null : time_ms;
}

/** What asks for a person first, then by priority, then the newest first. */
export function byWorst(a: Alarm, b: Alarm): number {
  return (
    band(a) - band(b) ||
    rank(a) - rank(b) ||
    STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
    (began_ms(b) ?? 0) - (began_ms(a) ?? 0) ||
    (a.alarm < b.alarm ? -1 : 1)
  );
}

function rank({ priority }: Alarm): number {
  return priority === null ? PRIORITIES.length : PRIORITIES.indexOf(priority);
}

function band(alarm: Alarm): number {
  return isAsking(alarm) ? 0 : isOpen(alarm) ? 1 : 2;
}

export interface Counts {
  /** Of each priority, how many ask for a person. */
  readonly asking: Readonly<Record<Priority, number>>;
  readonly standing: number;
  readonly quiet: number;
}

export function countsOf(alarms: Iterable<Alarm>): Counts {
  const asking = { critical: 0, high: 0, medium: 0, low: 0 };
  let [standing, quiet] = [0, 0];
  for (const alarm of alarms) {
    if (isAsking(alarm)) asking[alarm.priority ?? "low"] += 1;
    else if (isOpen(alarm)) standing += 1;
    else quiet += 1;
  }
  return { asking, standing, quiet };
}
