/**
 * The course of a sum of meters, on a fixed grid of instants.
 *
 *   meter A   x--x---x----x          at each grid instant every meter counts with the value between its two readings
 *   meter B  x-----x      (silent)   around it; the newest one holds until it is stale. Where a meter was silent the sum
 *   sum      ......|......            is unknown, and the line has a gap instead of a fall that never happened.
 */
import { staleAfter_s } from "../live/freshness";
import { silencesBefore } from "../readings/silences";
import type { PowerPoint } from "./sum";

export interface CoursePoint {
  readonly time_ms: number;
  readonly value: number | null;
}

export type History = readonly { readonly time_ms: number; readonly value: number }[];

export const TREND_STEP_MS = 5000;
export const TREND_SPAN_MS = 600_000;

export function gridAtOrBefore(time_ms: number): number {
  return Math.floor(time_ms / TREND_STEP_MS) * TREND_STEP_MS;
}

/** Histories are in rising order of time; `until_ms` lies on the grid. */
export function sumCourse(
  points: readonly PowerPoint[],
  histories: ReadonlyMap<string, History>,
  until_ms: number,
): CoursePoint[] {
  const courses = points.map((point) => courseOf(histories.get(point.id) ?? [], point.expected_interval_s, until_ms));
  const instants = Array.from({ length: TREND_SPAN_MS / TREND_STEP_MS }, (_, index) => until_ms - TREND_SPAN_MS + (index + 1) * TREND_STEP_MS);
  return instants.map((time_ms, index) => ({ time_ms, value: sumAt(courses, index) }));
}

/** Adds the newest instant and drops what is older than the span. */
export function extendCourse(course: readonly CoursePoint[], point: CoursePoint): readonly CoursePoint[] {
  const last = course.at(-1);
  if (last !== undefined && last.time_ms >= point.time_ms) return course;
  return [...course.filter((kept) => kept.time_ms > point.time_ms - TREND_SPAN_MS), point];
}

function sumAt(courses: readonly (readonly (number | null)[])[], index: number): number | null {
  let sum: number | null = null;
  for (const course of courses) {
    const value = course[index] ?? null;
    if (value === null) return null;
    sum = (sum ?? 0) + value;
  }
  return sum;
}

function courseOf(history: History, expected_interval_s: number, until_ms: number): (number | null)[] {
  const stale_ms = staleAfter_s(expected_interval_s) * 1000;
  const silent = silencesBefore(history.map(({ time_ms }) => time_ms), stale_ms);
  const course: (number | null)[] = [];
  let next = 0;
  for (let time_ms = until_ms - TREND_SPAN_MS + TREND_STEP_MS; time_ms <= until_ms; time_ms += TREND_STEP_MS) {
    while ((history[next]?.time_ms ?? Infinity) <= time_ms) next += 1;
    const [before, after] = [history[next - 1], history[next]];
    if (before === undefined) course.push(null);
    else if (after === undefined) course.push(time_ms - before.time_ms <= stale_ms ? before.value : null);
    else course.push(silent[next] === true ? null : between(before, after, time_ms));
  }
  return course;
}

function between(before: History[number], after: History[number], time_ms: number): number {
  const part = (time_ms - before.time_ms) / (after.time_ms - before.time_ms);
  return before.value + (after.value - before.value) * part;
}
