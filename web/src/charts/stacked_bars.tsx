/**
 * Energy by time as stacked bars, one stack a bucket, with a cursor that reads single buckets with a mouse, a finger or the
 * arrow keys. Below the line a mark says where a bar is estimated or incomplete.
 *
 *    kWh |      ▓▓            as the line chart: drawn in real pixels, an invisible <input type="range"> over it brings
 *     40 |  ▒▒  ▓▓            the keyboard, touch and a screen reader's "14:00–14:15, 31.2 kWh" with it
 *     20 |  ▒▒  ▒▒
 *        +--==--------        = estimated   ! missing
 */
import { useSignal } from "@preact/signals";
import type { TargetedPointerEvent } from "preact";
import type { Bar } from "../energy/course";
import { labelStep } from "../energy/course";
import { ValueAxis, type Frame } from "./axes";
import { bandFill } from "./band_fill";
import { extentOf, roundTicks, tickDecimals } from "./scale";
import { useSize } from "./size";
import "./line_chart.css";
import "./stacked_bars.css";

export interface StackedBarsProps {
  readonly label: string;
  readonly bars: readonly Bar[];
  readonly unit: string;
  readonly writeTick: (value: number, decimals: number) => string;
  /** Below a bar; and which steps from label to label are round. */
  readonly writeTime: (bar: Bar) => string;
  readonly steps: readonly number[];
  /** Below the middle of a bar (a day), or at its beginning (a quarter hour). */
  readonly centred: boolean;
  /** What the cursor reads out. */
  readonly read: (bar: Bar) => string;
}

const LEFT = 64;
const RIGHT = 20;
const TOP = 26;
const BOTTOM = 30;
const MARK = 4;
const LABEL_WIDTH = 64;
const GAP_PART = 0.16;
const GAP_MOST = 6;
/** Narrower bars have no edges: they would be nothing else. */
const THIN = 9;

export function StackedBars({ label, bars, unit, writeTick, writeTime, steps, centred, read }: StackedBarsProps) {
  const [box, size] = useSize();
  const cursor = useSignal<number | null>(null);
  const frame: Frame = { left: LEFT, top: TOP, width: Math.max(1, size.width - LEFT - RIGHT), height: Math.max(1, size.height - TOP - BOTTOM) };
  const ticks = axisTicks(bars);
  const [low, high] = [ticks[0] ?? 0, ticks.at(-1) ?? 1];
  const y = (value: number): number => TOP + ((high - value) / (high - low)) * frame.height;
  const slot = frame.width / Math.max(1, bars.length);
  const gap = slot < 4 ? 0 : Math.min(GAP_MOST, Math.max(1, slot * GAP_PART));
  const left = (index: number): number => LEFT + index * slot;
  const step = labelStep(bars.length, Math.max(2, frame.width / LABEL_WIDTH), steps);
  const chosen = cursor.value === null ? undefined : bars[cursor.value];
  const follow = (event: TargetedPointerEvent<HTMLInputElement>): void => {
    const inside = event.clientX - event.currentTarget.getBoundingClientRect().left;
    cursor.value = Math.min(bars.length - 1, Math.max(0, Math.floor(inside / slot)));
  };

  return (
    <div class="line-chart stacked-bars" data-thin={slot < THIN}>
      <p class="stacked-bars-reading" aria-hidden="true">{chosen === undefined ? "" : read(chosen)}</p>
      <div class="line-chart-box stacked-bars-box" ref={box}>
        <svg class="line-chart-plot" width={size.width} height={size.height} aria-hidden="true" focusable="false">
          {cursor.value === null ? null : <rect class="stacked-bars-cursor" x={left(cursor.value)} y={TOP} width={slot} height={frame.height} />}
          <ValueAxis frame={frame} ticks={ticks} y={y} unit={unit} write={(tick) => writeTick(tick, tickDecimals(ticks))} />
          {bars.map((bar, index) => (
            <g key={bar.start_ms}>
              {bar.pieces.map(({ band, from, to }) => (
                <rect key={band} {...bandFill(band)} x={left(index) + gap / 2} y={Math.min(y(from), y(to))} width={slot - gap} height={Math.abs(y(to) - y(from))} />
              ))}
              <Mark bar={bar} x={left(index)} y={TOP + frame.height + 2} width={slot} />
              {index % step === 0 ? (
                <text class={`line-chart-text${centred ? " line-chart-text-time" : ""}`} x={left(index) + (centred ? slot / 2 : 0)} y={TOP + frame.height + 22}>{writeTime(bar)}</text>
              ) : null}
            </g>
          ))}
        </svg>
        <input
          class="line-chart-input stacked-bars-input"
          type="range"
          min={0}
          max={Math.max(0, bars.length - 1)}
          value={cursor.value ?? Math.max(0, bars.length - 1)}
          disabled={bars.length === 0}
          aria-label={label}
          aria-valuetext={chosen === undefined ? undefined : read(chosen)}
          onInput={(event) => { cursor.value = Number(event.currentTarget.value); }}
          onFocus={() => { cursor.value ??= lastKnown(bars); }}
          onBlur={() => { cursor.value = null; }}
          onPointerMove={follow}
          onPointerDown={follow}
          onPointerLeave={() => { cursor.value = null; }}
        />
      </div>
    </div>
  );
}

function Mark({ bar, x, y, width }: { readonly bar: Bar; readonly x: number; readonly y: number; readonly width: number }) {
  if (bar.doubt.kind === "known" || (bar.doubt.kind === "nothing" && bar.doubt.missing_s === 0)) return null;
  const kind = bar.doubt.missing_s > 0 ? "missing" : "estimated";
  return <rect class={`stacked-bars-${kind}`} x={x} y={kind === "missing" ? y : y + 1} width={width} height={kind === "missing" ? MARK : MARK / 2} />;
}

function axisTicks(bars: readonly Bar[]): readonly number[] {
  const ends = extentOf(bars.flatMap(({ pieces }) => pieces.flatMap(({ from, to }) => [from, to]))) ?? { low: 0, high: 1 };
  return roundTicks({ low: Math.min(0, ends.low), high: Math.max(0, ends.high) || 1 }, 4);
}

function lastKnown(bars: readonly Bar[]): number {
  const index = bars.findLastIndex(({ energy }) => energy !== null);
  return Math.max(0, index);
}
