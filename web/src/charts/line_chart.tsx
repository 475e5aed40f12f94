/**
 * One course with axes, and a cursor that reads single values with a mouse, a finger or the arrow keys.
 *
 *     kW |      ___           the plot is drawn in real pixels (its text stays text); over it lies an invisible
 *     40 |  ___/   \__        <input type="range">, one step a value: the browser brings the keyboard, touch and a
 *     20 |_/                  screen reader's "14:05:10, 31.2 kW" with it
 *        13:00    14:00
 *
 * It does not fetch, and it does not decide what a value means: the caller says how to write one.
 */
import { useSignal } from "@preact/signals";
import type { TargetedPointerEvent } from "preact";
import { formatTime, type TimeStyle } from "../format/time";
import { locale } from "../shell/preferences";
import { linePath } from "./path";
import { calm, extentOf, roundTicks, timeTicks } from "./scale";
import { useSize } from "./size";
import type { CourseValue } from "./trend";
import "./line_chart.css";

export interface LineChartProps {
  readonly label: string;
  readonly course: readonly CourseValue[];
  readonly from_ms: number;
  readonly to_ms: number;
  readonly zone: string;
  readonly write: (value: number) => string;
  readonly writeTick: (value: number) => string;
}

const LEFT = 56;
const RIGHT = 12;
const TOP = 10;
const BOTTOM = 24;
const DAY_MS = 86_400_000;
const CALM_PART = 0.05;
const TICK_WIDTH = 90;

export function LineChart({ label, course, from_ms, to_ms, zone, write, writeTick }: LineChartProps) {
  const [box, size] = useSize();
  const cursor = useSignal<number | null>(null);
  const width = Math.max(1, size.width - LEFT - RIGHT);
  const height = Math.max(1, size.height - TOP - BOTTOM);
  const ticks = roundTicks(calm(extentOf(course.map(({ value }) => value)) ?? { low: 0, high: 1 }, CALM_PART), 4);
  const [low = 0, high = 1] = [ticks[0], ticks.at(-1)];
  const x = (time_ms: number): number => LEFT + ((time_ms - from_ms) / (to_ms - from_ms)) * width;
  const y = (value: number): number => TOP + ((high - value) / (high - low)) * height;
  const timeStyle: TimeStyle = to_ms - from_ms > 2 * DAY_MS ? "day" : "minute";
  const times = timeTicks(from_ms, to_ms, Math.max(2, Math.floor(width / TICK_WIDTH)), zone);
  const read = cursor.value === null ? undefined : course[cursor.value];
  const readText = (point: CourseValue): string =>
    `${formatTime(point.time_ms, "full", zone, locale.value)}  ${point.value === null ? "–" : write(point.value)}`;

  const follow = (event: TargetedPointerEvent<HTMLInputElement>): void => {
    const left = event.currentTarget.getBoundingClientRect().left;
    cursor.value = nearest(course, from_ms + ((event.clientX - left) / width) * (to_ms - from_ms));
  };

  return (
    <div class="line-chart">
      <p class="line-chart-reading" aria-hidden="true">{read === undefined ? "" : readText(read)}</p>
      <div class="line-chart-box" ref={box}>
        <svg class="line-chart-plot" width={size.width} height={size.height} aria-hidden="true" focusable="false">
          {ticks.map((tick) => (
            <g key={tick}>
              <path class="line-chart-grid" d={`M${LEFT} ${Math.round(y(tick)) + 0.5}h${width}`} />
              <text class="line-chart-text line-chart-text-value" x={LEFT - 8} y={y(tick) + 4}>{writeTick(tick)}</text>
            </g>
          ))}
          {times.map((tick) => (
            <text key={tick} class="line-chart-text line-chart-text-time" x={x(tick)} y={size.height - 6}>
              {formatTime(tick, timeStyle, zone, locale.value)}
            </text>
          ))}
          <path class="line-chart-line" d={linePath(course.map((point) => ({ x: x(point.time_ms), y: point.value === null ? null : y(point.value) })))} />
          {read === undefined ? null : <path class="line-chart-cursor" d={`M${Math.round(x(read.time_ms)) + 0.5} ${TOP}v${height}`} />}
          {read === undefined || read.value === null ? null : <circle class="line-chart-dot" cx={x(read.time_ms)} cy={y(read.value)} r="4" />}
        </svg>
        <input
          class="line-chart-input"
          type="range"
          min={0}
          max={Math.max(0, course.length - 1)}
          value={cursor.value ?? Math.max(0, course.length - 1)}
          disabled={course.length === 0}
          aria-label={label}
          aria-valuetext={read === undefined ? undefined : readText(read)}
          onInput={(event) => { cursor.value = Number(event.currentTarget.value); }}
          onFocus={() => { cursor.value ??= course.length - 1; }}
          onBlur={() => { cursor.value = null; }}
          onPointerMove={follow}
          onPointerDown={follow}
          onPointerLeave={() => { cursor.value = null; }}
        />
      </div>
    </div>
  );
}

function nearest(course: readonly CourseValue[], time_ms: number): number | null {
  let best: number | null = null;
  let distance = Infinity;
  course.forEach((point, index) => {
    const away = Math.abs(point.time_ms - time_ms);
    if (away < distance) [best, distance] = [index, away];
  });
  return best;
}
