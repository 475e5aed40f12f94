/**
 * A small course without axes: its shape in the last minutes, and nothing to operate. It is drawn in a fixed box and
 * stretched to its place; the figure beside it carries the words.
 */
import { areaPath, linePath } from "./path";
import { calm, extentOf } from "./scale";
import "./trend.css";

export interface CourseValue {
  readonly time_ms: number;
  readonly value: number | null;
}

const WIDTH = 200;
const HEIGHT = 40;
const INSET = 2;
/** The height shows at least this part of the value, so that noise looks like noise. */
const CALM_PART = 0.12;

export interface TrendProps {
  readonly course: readonly CourseValue[];
  readonly from_ms: number;
  readonly to_ms: number;
}

export function Trend({ course, from_ms, to_ms }: TrendProps) {
  const extent = extentOf(course.map((point) => point.value));
  const { low, high } = calm(extent ?? { low: 0, high: 1 }, CALM_PART);
  const points = course.map(({ time_ms, value }) => ({
    x: ((time_ms - from_ms) / (to_ms - from_ms)) * WIDTH,
    y: value === null ? null : INSET + ((high - value) / (high - low)) * (HEIGHT - 2 * INSET),
  }));
  return (
    <svg class="trend" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true" focusable="false">
      <path class="trend-area" d={areaPath(points, HEIGHT)} />
      <path class="trend-line" d={linePath(points)} />
    </svg>
  );
}
