/**
 * What time it is at the server, once a second.
 *
 * Ages are measured against the server's clock: a control-room computer that is ten minutes slow must not make a dead
 * meter look alive. Each frame says when it was sent; the frame that travelled fastest tells the offset best.
 */
import { signal, type ReadonlySignal } from "@preact/signals";

const DRIFT_LIMIT_MS = 2000;
const TICK_MS = 1000;

const now = signal(Date.now());
let offset_ms: number | null = null;

/** The server's time, rising once a second: reading it in a component redraws that component each second. */
export const now_ms: ReadonlySignal<number> = now;

export function serverNow_ms(): number {
  return Date.now() + (offset_ms ?? 0);
}

export function learnServerTime(at_ms: number): void {
  const seen_ms = at_ms - Date.now();
  if (offset_ms === null || seen_ms > offset_ms || offset_ms - seen_ms > DRIFT_LIMIT_MS) {
    offset_ms = seen_ms;
  }
}

export function startClock(): () => void {
  const timer = setInterval(() => { now.value = serverNow_ms(); }, TICK_MS);
  return () => { clearInterval(timer); };
}
