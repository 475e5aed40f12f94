/** One alarm with everything that is kept of it: each step it took, and each time it was raised. */
import type { Alarm, Cause, Priority } from "./model";
import { pathOf, question } from "./request";

export interface Transition {
  readonly at: string;
  readonly event: string;
  readonly from: string;
  readonly to: string;
  readonly reason: string;
  readonly level: string | null;
  readonly value: number | null;
  /** null: the service itself. */
  readonly actor: string | null;
  readonly comment: string;
}

export interface Occurrence {
  readonly alarm: string;
  readonly rule: string;
  readonly subject_kind: string;
  readonly subject: string;
  readonly machine: string;
  readonly machine_zh: string | null;
  readonly name: string;
  readonly name_zh: string | null;
  readonly system: string;
  readonly raised_at: string;
  readonly returned_at: string | null;
  readonly acknowledged_at: string | null;
  readonly acknowledged_by: string | null;
  readonly ended_at: string | null;
  readonly level: string | null;
  readonly priority: Priority;
  readonly value: number | null;
  readonly limit: number | null;
  readonly unit: string;
  readonly causes: readonly Cause[];
}

export interface AlarmRecord extends Alarm {
  /** The newest first. */
  readonly transitions: readonly Transition[];
  /** The newest first. */
  readonly occurrences: readonly Occurrence[];
}

export function loadRecord(alarm: string): Promise<AlarmRecord> {
  return question<AlarmRecord>(`alarms/${pathOf(alarm)}`);
}

/** Seconds from one instant to another; null where one of them has not come. */
export function between_s(from: string | null, to: string | null): number | null {
  if (from === null || to === null) return null;
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}
