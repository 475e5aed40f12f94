/** One alarm with everything that is kept of it: each step it took, and each time it was raised; the newest first. */
import { askOne } from "../api/client";
import type { AlarmDetail } from "../api/types";
import { partsOf } from "./addresses";

export type { AlarmDetail as AlarmRecord, ShownOccurrence as Occurrence } from "../api/types";

export function loadRecord(alarm: string): Promise<AlarmDetail> {
  return askOne("/api/v1/alarms/{site}/{rule}/{subject}", partsOf(alarm));
}

/** Seconds from one instant to another; null where one of them has not come. */
export function between_s(from: string | null, to: string | null): number | null {
  if (from === null || to === null) return null;
  return Math.max(0, (Date.parse(to) - Date.parse(from)) / 1000);
}
