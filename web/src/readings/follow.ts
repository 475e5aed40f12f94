/**
 * The readings of one point over a range that ends now: what is stored, then what arrives.
 */
import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import type { RequestProblem } from "../api/problem";
import type { Point } from "../api/types";
import type { CourseValue } from "../charts/trend";
import { now_ms, serverNow_ms } from "../live/clock";
import { staleAfter_s } from "../live/freshness";
import type { LiveValues } from "../live/values";
import { Resource } from "../session/resource";
import { loadSeries } from "./load";
import { silencesBefore } from "./silences";

const MINUTE_MS = 60_000;

export const RANGES = {
  tenMinutes: 10 * MINUTE_MS,
  hour: 60 * MINUTE_MS,
  eightHours: 480 * MINUTE_MS,
  day: 1440 * MINUTE_MS,
  week: 7 * 1440 * MINUTE_MS,
} as const;

export type RangeName = keyof typeof RANGES;

/** The right edge moves in this many steps over a range, so that a week is not drawn anew each second. */
const EDGE_STEPS = 300;

/** Readings that were thinned lie this many times their mean distance apart at most, where nothing was silent. */
const THINNED = 8;

export interface FollowedHistory {
  readonly course: readonly CourseValue[];
  readonly from_ms: number;
  readonly to_ms: number;
  readonly loading: boolean;
  readonly reduced: boolean;
  readonly problem: RequestProblem | null;
  readonly reload: () => void;
}

export function useHistory(point: Point, values: LiveValues, range: ReadonlySignal<RangeName>): FollowedHistory {
  const span_ms = RANGES[range.value];
  const followed = useMemo(() => followHistory(point, values, span_ms), [point, values, span_ms]);
  useEffect(() => followed.start(), [followed]);
  const { value, problem, loading } = followed.stored.state.value;
  return {
    course: followed.course.value,
    from_ms: followed.edge_ms.value - span_ms,
    to_ms: followed.edge_ms.value,
    loading,
    reduced: value?.reduced ?? false,
    problem,
    reload: () => void followed.stored.load(),
  };
}

function followHistory(point: Point, values: LiveValues, span_ms: number) {
  const stored = new Resource(() => loadSeries(point.id, serverNow_ms() - span_ms, serverNow_ms()));
  const arrived = signal<readonly CourseValue[]>([]);
  const step_ms = Math.max(1000, span_ms / EDGE_STEPS);
  // What has arrived lies inside, also where our second has not struck yet or the device's clock is ahead.
  const edge_ms = computed(() => {
    const newest_ms = arrived.value.at(-1)?.time_ms ?? -Infinity;
    return Math.ceil(Math.max(now_ms.value, newest_ms + 1) / step_ms) * step_ms;
  });
  const course = computed(() => {
    const { history = [], reduced = false } = stored.state.value.value ?? {};
    const newest_ms = history.at(-1)?.time_ms ?? -Infinity;
    const all = [...history, ...arrived.value.filter(({ time_ms }) => time_ms > newest_ms)];
    const from_ms = edge_ms.value - span_ms;
    const stale_ms = Math.max(staleAfter_s(point.expected_interval_s) * 1000, reduced ? (span_ms / history.length) * THINNED : 0);
    return withGaps(all.filter(({ time_ms }) => time_ms >= from_ms), stale_ms);
  });
  const start = (): (() => void) => {
    void stored.load();
    const listen = effect(() => {
      const sample = values.cell(point.id).value;
      if (sample !== undefined) arrived.value = [...arrived.peek(), { time_ms: sample.time_ms, value: sample.value }];
    });
    return () => {
      listen();
      stored.stop();
    };
  };
  return { stored, course, edge_ms, start };
}

/** Puts an unknown value into every silence. */
function withGaps(course: readonly CourseValue[], stale_ms: number): readonly CourseValue[] {
  const silent = silencesBefore(course.map(({ time_ms }) => time_ms), stale_ms);
  return course.flatMap((point, index) => (silent[index] === true ? [{ time_ms: point.time_ms - 1, value: null }, point] : [point]));
}
