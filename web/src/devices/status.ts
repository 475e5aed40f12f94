/**
 * In what state a device is, judged from its points and from what it said of itself.
 *
 *   said "offline" (its last will), and nothing heard since   -> offline
 *   no point has ever had a reading                           -> missing
 *   no point is fresh                                         -> stale
 *   some points are fresh, some are not                       -> partly
 *   all that ever reported are fresh                          -> fresh
 */
import { age_s, freshness, type Sample } from "../live/freshness";

export type DeviceState = "fresh" | "partly" | "stale" | "offline" | "missing";

/** Worst first: the order in which an operator wants to read a list. */
export const STATES_BY_SEVERITY: readonly DeviceState[] = ["offline", "stale", "partly", "missing", "fresh"];

export interface DeviceStatus {
  readonly state: DeviceState;
  /** Since the device's newest reading; null: never. */
  readonly age_s: number | null;
  readonly stale_points: number;
}

export interface Connectivity {
  readonly online: boolean;
  readonly since_ms: number;
}

export interface JudgedPoint {
  readonly id: string;
  readonly expected_interval_s: number;
}

export function deviceStatus(
  points: readonly JudgedPoint[],
  latest: (id: string) => Sample | undefined,
  connectivity: Connectivity | undefined,
  now_ms: number,
): DeviceStatus {
  let newest: Sample | undefined;
  let youngest_s: number | null = null;
  let fresh = 0;
  let stale = 0;
  for (const point of points) {
    const sample = latest(point.id);
    if (sample === undefined) continue;
    if (freshness(sample, point.expected_interval_s, now_ms) === "fresh") fresh += 1;
    else stale += 1;
    youngest_s = Math.min(youngest_s ?? Infinity, age_s(sample, now_ms));
    if (newest === undefined || sample.time_ms > newest.time_ms) newest = sample;
  }
  const gone = connectivity?.online === false && (newest === undefined || newest.time_ms <= connectivity.since_ms);
  return { state: gone ? "offline" : stateOf(newest !== undefined, fresh, stale), age_s: youngest_s, stale_points: stale };
}

function stateOf(heard: boolean, fresh: number, stale: number): DeviceState {
  if (!heard) return "missing";
  if (fresh === 0) return "stale";
  return stale > 0 ? "partly" : "fresh";
}
