/**
 * The course of a sum of meters, on a fixed grid of instants.
 *
 *   meter A   x--x---x----x          at each grid instant every meter counts with its newest reading before it,
 *   meter B  x-----x      (silent)   unless that is older than its stale limit: then the sum is unknown there,
 *   sum      ......|......            and the line has a gap instead of a fall that never happened.
 */
import { staleAfter_s } from "../live/freshness";
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
  const courses = points.map((point) => heldCourse(histories.get(point.id) ?? [], point.expected_interval_s, until_ms));
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

function heldCourse(history: History, expected_interval_s: number, until_ms: number): (number | null)[] {
  const hold_ms = staleAfter_s(expected_interval_s) * 1000;
  const course: (number | null)[] = [];
  let next = 0;
  for (let time_ms = until_ms - TREND_SPAN_MS + TREND_STEP_MS; time_ms <= until_ms; time_ms += TREND_STEP_MS) {
    while ((history[next]?.time_ms ?? Infinity) <= time_ms) next += 1;
    const held = history[next - 1];
    course.push(held !== undefined && time_ms - held.time_ms <= hold_ms ? held.value : null);
  }
  return course;
}
