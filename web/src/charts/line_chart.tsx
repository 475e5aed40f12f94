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
import { formatTime } from "../format/time";
import { locale } from "../shell/preferences";
import { TimeAxis, ValueAxis, type Frame } from "./axes";
import { linePath, stairs } from "./path";
import { calm, extentOf, roundTicks, tickDecimals, ticksAt, type Extent } from "./scale";
import { useSize } from "./size";
import type { CourseValue } from "./trend";
import "./line_chart.css";

export interface LineChartProps {
  readonly label: string;
  readonly course: readonly CourseValue[];
  readonly from_ms: number;
  readonly to_ms: number;
  readonly zone: string;
  /** The values that a state can have: its axis shows just these, and its line is drawn as stairs. */
  readonly levels?: readonly number[] | undefined;
  /** Stands once above the axis; the figures at its ticks go without. */
  readonly unit: string;
  readonly write: (value: number) => string;
  readonly writeTick: (value: number, decimals: number) => string;
  /** Values that are marked across the whole width, with a short word: limits. The axis takes them in. */
  readonly limits?: readonly Limit[] | undefined;
  /** An instant that is marked, with a short word. */
  readonly mark?: { readonly time_ms: number; readonly text: string } | undefined;
}

export interface Limit {
  readonly value: number;
  readonly text: string;
}

const LEFT = 56;
const RIGHT = 12;
const TOP = 26;
const BOTTOM = 24;
const CALM_PART = 0.05;

export function LineChart({ label, course, from_ms, to_ms, zone, levels, unit, write, writeTick, limits = [], mark }: LineChartProps) {
  const [box, size] = useSize();
  const cursor = useSignal<number | null>(null);
  const frame: Frame = { left: LEFT, top: TOP, width: Math.max(1, size.width - LEFT - RIGHT), height: Math.max(1, size.height - TOP - BOTTOM) };
  const { ticks, extent: { low, high } } = levels === undefined ? roundAxis(course, limits) : ticksAt(levels);
  const x = (time_ms: number): number => LEFT + ((time_ms - from_ms) / (to_ms - from_ms)) * frame.width;
  const y = (value: number): number => TOP + ((high - value) / (high - low)) * frame.height;
  const read = cursor.value === null ? undefined : course[cursor.value];
  const readText = (point: CourseValue): string =>
    `${formatTime(point.time_ms, "full", zone, locale.value)}  ${point.value === null ? "–" : write(point.value)}`;

  const line = course.map((point) => ({ x: x(point.time_ms), y: point.value === null ? null : y(point.value) }));

  const follow = (event: TargetedPointerEvent<HTMLInputElement>): void => {
    const left = event.currentTarget.getBoundingClientRect().left;
    cursor.value = nearest(course, from_ms + ((event.clientX - left) / frame.width) * (to_ms - from_ms));
  };

  return (
    <div class="line-chart">
      <p class="line-chart-reading" aria-hidden="true">{read === undefined ? "" : readText(read)}</p>
      <div class="line-chart-box" ref={box}>
        <svg class="line-chart-plot" width={size.width} height={size.height} aria-hidden="true" focusable="false">
          <ValueAxis frame={frame} ticks={ticks} y={y} unit={unit} write={(tick) => writeTick(tick, tickDecimals(ticks))} />
          <TimeAxis frame={frame} from_ms={from_ms} to_ms={to_ms} zone={zone} x={x} />
          {limits.map((limit) => <LimitLine key={limit.text} frame={frame} y={y(limit.value)} text={limit.text} />)}
          {mark === undefined ? null : <Mark frame={frame} x={x(mark.time_ms)} text={mark.text} />}
          <path class="line-chart-line" d={linePath(levels === undefined ? line : stairs(line))} />
          {read === undefined ? null : <Cursor frame={frame} x={x(read.time_ms)} y={read.value === null ? null : y(read.value)} />}
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

function roundAxis(course: readonly CourseValue[], limits: readonly Limit[]): { readonly ticks: readonly number[]; readonly extent: Extent } {
  const ticks = roundTicks(calm(extentOf([...course, ...limits].map(({ value }) => value)) ?? { low: 0, high: 1 }, CALM_PART), 4);
  return { ticks, extent: { low: ticks[0] ?? 0, high: ticks.at(-1) ?? 1 } };
}

function LimitLine({ frame, y, text }: { readonly frame: Frame; readonly y: number; readonly text: string }) {
  return (
    <g>
      <path class="line-chart-limit" d={`M${frame.left} ${Math.round(y) + 0.5}h${frame.width}`} />
      <text class="line-chart-limit-text" x={frame.left + frame.width} y={y - 4}>{text}</text>
    </g>
  );
}

function Mark({ frame, x, text }: { readonly frame: Frame; readonly x: number; readonly text: string }) {
  return (
    <g>
      <path class="line-chart-mark" d={`M${Math.round(x) + 0.5} ${frame.top - 6}v${frame.height + 6}`} />
      <text class="line-chart-mark-text" x={x} y={frame.top - 10}>{text}</text>
    </g>
  );
}

function Cursor({ frame, x, y }: { readonly frame: Frame; readonly x: number; readonly y: number | null }) {
  return (
    <g>
      <path class="line-chart-cursor" d={`M${Math.round(x) + 0.5} ${frame.top}v${frame.height}`} />
      {y === null ? null : <circle class="line-chart-dot" cx={x} cy={y} r="4" />}
    </g>
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
