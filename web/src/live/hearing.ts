/**
 * What can be heard at all: whether anybody receives readings, and since when devices are lost.
 *
 *   nobody listens                               every value is cut off
 *   offline or silent, a device or its gateway   so is what it measured up to then
 *
 * The server says so in its snapshot and whenever it changes; a page that has lost the server says so to itself.
 */
import type { Sample } from "./freshness";

export interface Hearing {
  readonly listening: boolean;
  /** Since when, by `site/device`. */
  readonly lost_ms: ReadonlyMap<string, number>;
}

export const ALL_HEARD: Hearing = { listening: true, lost_ms: new Map() };

/** Whether what a point said is cut off; `id` is `site/device/key`. */
export function isCut(id: string, sample: Sample, { listening, lost_ms }: Hearing): boolean {
  const since_ms = lost_ms.get(id.slice(0, id.lastIndexOf("/")));
  return !listening || (since_ms !== undefined && Math.min(sample.time_ms, sample.heard_ms) <= since_ms);
}
