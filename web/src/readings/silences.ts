/**
 * Where a point was silent, in readings in rising order of time: there a line stops instead of inventing a course.
 *
 *    x x x x x          x x x       a silence is longer than the point's stale limit, and
 *    x    x    x    x    x   x      longer than the rhythm around it: a backlog or an import may have come
 *              no silence           once a minute where a live device sends each second.
 */
const RHYTHM = 2.5;
/** What is slower than this is not a rhythm but one silence beside another. */
const SLOWEST_RHYTHM_MS = 300_000;

/** For each reading whether there was silence before it. */
export function silencesBefore(times_ms: readonly number[], stale_ms: number): boolean[] {
  const pause = (index: number): number => {
    const [before, time] = [times_ms[index - 1], times_ms[index]];
    return before === undefined || time === undefined ? 0 : time - before;
  };
  return times_ms.map((_, index) => {
    const rhythm_ms = Math.min(SLOWEST_RHYTHM_MS, Math.max(pause(index - 1), pause(index + 1)));
    return pause(index) > Math.max(stale_ms, RHYTHM * rhythm_ms);
  });
}
