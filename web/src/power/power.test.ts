import { describe, expect, it } from "vitest";
import type { Sample } from "../live/freshness";
import { share, sumPower } from "./sum";
import { extendCourse, sumCourse, TREND_SPAN_MS, TREND_STEP_MS } from "./trend";

const NOW_MS = 1_795_420_800_000;
const A = { id: "s/a/active_power_kw", expected_interval_s: 1 };
const B = { id: "s/b/active_power_kw", expected_interval_s: 1 };

const sample = (value: number, age_s: number): Sample => ({ value, time_ms: NOW_MS - age_s * 1000, heard_ms: NOW_MS - age_s * 1000 });
const latest = (samples: Record<string, Sample>) => (id: string) => samples[id];

describe("a sum of meters", () => {
  it("adds fresh ones, and an exporting one with its sign", () => {
    const figure = sumPower([A, B], latest({ [A.id]: sample(120, 1), [B.id]: sample(-20, 2) }), NOW_MS);
    expect(figure).toEqual({ power_kw: 100, meters: 2, stale: 0, missing: 0, age_s: 2 });
  });

  it("keeps a silent meter's last value and says that it is stale", () => {
    const figure = sumPower([A, B], latest({ [A.id]: sample(120, 1), [B.id]: sample(30, 16) }), NOW_MS);
    expect(figure).toMatchObject({ power_kw: 150, stale: 1, age_s: 16 });
  });

  it("has no figure while a meter was never heard: a part would look like the whole", () => {
    expect(sumPower([A, B], latest({}), NOW_MS)).toMatchObject({ power_kw: null, missing: 2, age_s: null });
    expect(sumPower([A, B], latest({ [A.id]: sample(1, 0) }), NOW_MS)).toMatchObject({ power_kw: null, missing: 1 });
  });

  it("is a share of a whole that consumes, and of no other", () => {
    expect(share(25, 100)).toBe(0.25);
    expect(share(25, 0)).toBeNull();
    expect(share(null, 100)).toBeNull();
  });
});

describe("the course of a sum", () => {
  const until_ms = NOW_MS - (NOW_MS % TREND_STEP_MS);
  const history = (value: number, from_ms: number, to_ms: number) =>
    Array.from({ length: (to_ms - from_ms) / TREND_STEP_MS }, (_, index) => ({ time_ms: from_ms + index * TREND_STEP_MS, value }));

  it("ends at the given instant and spans ten minutes", () => {
    const course = sumCourse([A], new Map([[A.id, history(5, until_ms - TREND_SPAN_MS, until_ms + TREND_STEP_MS)]]), until_ms);
    expect(course).toHaveLength(120);
    expect(course.at(-1)).toEqual({ time_ms: until_ms, value: 5 });
    expect(course.every((point) => point.value === 5)).toBe(true);
  });

  it("has a gap where one meter was silent, not a fall", () => {
    const silent = history(7, until_ms - TREND_SPAN_MS, until_ms - 60_000);
    const whole = history(5, until_ms - TREND_SPAN_MS, until_ms + TREND_STEP_MS);
    const course = sumCourse([A, B], new Map([[A.id, whole], [B.id, silent]]), until_ms);
    expect(course.at(-1)?.value).toBeNull();
    expect(new Set(course.map((point) => point.value))).toEqual(new Set([12, null]));
  });

  it("runs through a backlog that is sparser than the device sends", () => {
    const backlog = Array.from({ length: 11 }, (_, index) => ({ time_ms: until_ms - TREND_SPAN_MS + index * 60_000, value: index }));
    const course = sumCourse([A], new Map([[A.id, backlog]]), until_ms);
    expect(course.every((point) => point.value !== null)).toBe(true);
    expect(course[5]?.value).toBeCloseTo(0.5);
  });

  it("moves on by one instant at a time and never back", () => {
    const course = sumCourse([A], new Map(), until_ms);
    const longer = extendCourse(course, { time_ms: until_ms + TREND_STEP_MS, value: 3 });
    expect(longer).toHaveLength(120);
    expect(extendCourse(longer, { time_ms: until_ms, value: 9 })).toBe(longer);
  });
});
