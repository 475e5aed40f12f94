/**
 * Is a figure of now, or of some time ago? The one rule, used for a point, a device and a sum.
 *
 * A point is stale after three of its expected intervals without a reading, and never before 15 s. Its age counts from
 * the older of two instants: the reading's own time, and when it was heard here. A device whose clock runs ahead
 * would otherwise look fresh for minutes after it died. It is stale at once when it is cut off: its gateway is lost,
 * or nobody listens (hearing.ts).
 */
export type Freshness = "fresh" | "stale" | "missing";

export interface Sample {
  readonly time_ms: number;
  readonly value: number;
  readonly heard_ms: number;
  /** Whether it holds is not known any more, however young it is. */
  readonly cut?: boolean;
}

const INTERVALS = 3;
const LEAST_S = 15;

export function staleAfter_s(expected_interval_s: number): number {
  return Math.max(LEAST_S, INTERVALS * expected_interval_s);
}

export function age_s(sample: Sample, now_ms: number): number {
  return Math.max(0, now_ms - Math.min(sample.time_ms, sample.heard_ms)) / 1000;
}

export function freshness(sample: Sample | undefined, expected_interval_s: number, now_ms: number): Freshness {
  if (sample === undefined) return "missing";
  if (sample.cut === true) return "stale";
  return age_s(sample, now_ms) > staleAfter_s(expected_interval_s) ? "stale" : "fresh";
}
