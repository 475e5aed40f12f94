/**
 * The live power of a site and each of its places, and its course over the last ten minutes.
 *
 *   samples applied, once a second -> figures (a sum a place)
 *   every 5 s                      -> one more instant of each course
 *   first, and after an absence    -> the courses anew, from stored readings
 *
 * The site itself has the path "". A place without meters has no figure; a course is kept for the site and for the
 * places directly below it.
 */
import { computed, signal, type ReadonlySignal } from "@preact/signals";
import { now_ms, serverNow_ms } from "../live/clock";
import { dependOn } from "../live/depend";
import type { LiveValues } from "../live/values";
import { loadHistories } from "../readings/load";
import type { SiteModel } from "../registry/site_model";
import { sumPower, type PowerFigure, type PowerPoint } from "./sum";
import { extendCourse, gridAtOrBefore, sumCourse, TREND_SPAN_MS, TREND_STEP_MS, type CoursePoint } from "./trend";

export const SITE_PATH = "";
export type Course = readonly CoursePoint[];

/** Readings take a moment to be stored; the newest stored instants may still be growing. */
const STORING_MS = 2000;
/** A course begins between two readings, of which the first lies before it. */
const LEAD_MS = 120_000;
const ABSENCE_MS = 3 * TREND_STEP_MS;
/** Histories asked for at most. The courses of a site with more meters than that begin when its page is opened. */
const MOST_HISTORIES = 100;

export class PowerBoard {
  readonly figures: ReadonlySignal<ReadonlyMap<string, PowerFigure>>;
  readonly #courses = signal<ReadonlyMap<string, Course>>(new Map());
  readonly #sums: ReadonlyMap<string, readonly PowerPoint[]>;
  readonly #drawn: readonly (readonly [path: string, points: readonly PowerPoint[]])[];
  #until_ms: number;

  constructor(model: SiteModel, values: LiveValues) {
    this.#sums = sumsOf(model);
    this.#drawn = [SITE_PATH, ...model.top.map(({ space }) => space.path)].flatMap((path) => {
      const points = this.#sums.get(path);
      return points === undefined ? [] : [[path, points] as const];
    });
    this.#until_ms = gridAtOrBefore(serverNow_ms());
    this.figures = computed(() => {
      dependOn(values.applied);
      const at_ms = now_ms.value;
      return new Map([...this.#sums].map(([path, points]) => [path, sumPower(points, (id) => values.latest(id), at_ms)]));
    });
  }

  get courses(): ReadonlySignal<ReadonlyMap<string, Course>> {
    return this.#courses;
  }

  /** Called once a second. True: this page was away (hidden, asleep) and should ask for the courses anew. */
  tick(at_ms: number): boolean {
    const time_ms = gridAtOrBefore(at_ms);
    if (time_ms <= this.#until_ms) return false;
    const away = time_ms - this.#until_ms > ABSENCE_MS;
    this.#until_ms = time_ms;
    const figures = this.figures.peek();
    const extended = this.#drawn.map(([path]): [string, Course] => {
      const figure = figures.get(path);
      return [path, extendCourse(this.#courses.peek().get(path) ?? [], { time_ms, value: figure?.stale === 0 ? figure.power_kw : null })];
    });
    this.#courses.value = new Map(extended);
    return away;
  }

  /** Fills the courses from stored readings. Throws RequestProblem. */
  async fill(): Promise<void> {
    const until_ms = gridAtOrBefore(serverNow_ms() - STORING_MS);
    const ids = new Set(this.#drawn.flatMap(([, points]) => points.map(({ id }) => id)));
    if (ids.size > MOST_HISTORIES) return;
    const histories = await loadHistories([...ids], until_ms - TREND_SPAN_MS - LEAD_MS, until_ms);
    const filled = this.#drawn.map(([path, sum]): [string, Course] => {
      const since = (this.#courses.peek().get(path) ?? []).filter((point) => point.time_ms > until_ms);
      return [path, since.reduce<Course>(extendCourse, sumCourse(sum, histories, until_ms))];
    });
    this.#courses.value = new Map(filled);
  }
}

function sumsOf(model: SiteModel): Map<string, readonly PowerPoint[]> {
  const sums = new Map<string, readonly PowerPoint[]>([[SITE_PATH, model.power_points]]);
  for (const [path, place] of model.places) sums.set(path, place.power_points);
  return new Map([...sums].filter(([, points]) => points.length > 0));
}
