/**
 * The live power of a place: the sum of its meters, and how much of it is really of now.
 *
 * A stale meter keeps its last value in the sum (the load did not vanish because its gateway did), but the sum then
 * says so and looks it. With a meter that was never heard there is no sum: a part would look like the whole. Import is positive, so a place that feeds the grid has a negative one.
 */
import { age_s, freshness, type Sample } from "../live/freshness";

export interface PowerPoint {
  readonly id: string;
  readonly expected_interval_s: number;
}

export interface PowerFigure {
  readonly power_kw: number | null;
  readonly meters: number;
  readonly stale: number;
  readonly missing: number;
  /** Age of the oldest reading in the sum. */
  readonly age_s: number | null;
}

export function sumPower(
  points: readonly PowerPoint[],
  latest: (id: string) => Sample | undefined,
  now_ms: number,
): PowerFigure {
  let power_kw: number | null = null;
  let oldest_s: number | null = null;
  let stale = 0;
  let missing = 0;
  for (const point of points) {
    const sample = latest(point.id);
    if (sample === undefined) {
      missing += 1;
      continue;
    }
    power_kw = (power_kw ?? 0) + sample.value;
    oldest_s = Math.max(oldest_s ?? 0, age_s(sample, now_ms));
    if (freshness(sample, point.expected_interval_s, now_ms) === "stale") stale += 1;
  }
  return { power_kw: missing > 0 ? null : power_kw, meters: points.length, stale, missing, age_s: oldest_s };
}

/** A part's share of the whole; unknown where either is, or where the whole does not consume. */
export function share(part_kw: number | null, whole_kw: number | null): number | null {
  return part_kw === null || whole_kw === null || whole_kw <= 0 ? null : part_kw / whole_kw;
}
