/**
 * From values to pixels, and the round figures that stand on an axis.
 */
import { zoneOffset_ms } from "../format/zone";

export interface Extent {
  readonly low: number;
  readonly high: number;
}

/** Lowest and highest of the values that are known; null where none is. */
export function extentOf(values: Iterable<number | null>): Extent | null {
  let low = Infinity;
  let high = -Infinity;
  for (const value of values) {
    if (value === null) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
  }
  return low <= high ? { low, high } : null;
}

/**
 * Widens an extent to at least `part` of its size around zero: a load that moves by one part in a thousand should
 * look calm and not fill the height with its noise.
 */
export function calm(extent: Extent, part: number): Extent {
  const least = Math.max(Math.abs(extent.low), Math.abs(extent.high)) * part || 1;
  const lacking = least - (extent.high - extent.low);
  return lacking <= 0 ? extent : { low: extent.low - lacking / 2, high: extent.high + lacking / 2 };
}

/** Round figures, 1, 2 or 5 times a power of ten apart, that cover the extent; at most `most` steps. */
export function roundTicks(extent: Extent, most: number): number[] {
  const raw = (extent.high - extent.low || 1) / most;
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= raw) ?? 10) * power;
  const first = Math.floor(extent.low / step);
  const last = Math.ceil(extent.high / step);
  return Array.from({ length: Math.max(1, last - first) + 1 }, (_, index) => (first + index) * step);
}

/** Decimals that tell neighbouring ticks apart, the same for all of an axis. */
export function tickDecimals(ticks: readonly number[]): number {
  const step = Math.abs((ticks[1] ?? 1) - (ticks[0] ?? 0));
  return step === 0 ? 0 : Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
}

/** Ticks at given values (the states of a machine) and half a step of room around them. */
export function ticksAt(values: readonly number[]): { readonly ticks: readonly number[]; readonly extent: Extent } {
  const { low, high } = extentOf(values) ?? { low: 0, high: 1 };
  return { ticks: [...values].sort((a, b) => a - b), extent: { low: low - 0.5, high: high + 0.5 } };
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const TIME_STEPS_MS = [
  1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440, 2880,
].map((minutes) => minutes * MINUTE_MS);

/** Instants at round local times of the site; from steps of an hour on, the zone's own hours and midnights. */
export function timeTicks(from_ms: number, to_ms: number, most: number, zone: string): number[] {
  const step_ms = TIME_STEPS_MS.find((step) => (to_ms - from_ms) / step <= most) ?? 7 * 24 * HOUR_MS;
  const ticks: number[] = [];
  let time_ms = Math.floor(from_ms / step_ms) * step_ms;
  while (time_ms <= to_ms + step_ms) {
    const tick_ms = time_ms - (zoneOffset_ms(time_ms, zone) % step_ms);
    if (tick_ms >= from_ms && tick_ms <= to_ms) ticks.push(tick_ms);
    time_ms += step_ms;
  }
  return ticks;
}
