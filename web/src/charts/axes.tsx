/** The round figures and grid lines of a chart, and its round times. */
import { formatTime, type TimeStyle } from "../format/time";
import { locale } from "../shell/preferences";
import { timeTicks } from "./scale";

export interface Frame {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

export interface ValueAxisProps {
  readonly frame: Frame;
  readonly ticks: readonly number[];
  readonly y: (value: number) => number;
  readonly unit: string;
  readonly write: (value: number) => string;
}

export function ValueAxis({ frame, ticks, y, unit, write }: ValueAxisProps) {
  return (
    <g>
      <text class="line-chart-text line-chart-text-value" x={frame.left - 8} y={12}>{unit}</text>
      {ticks.map((tick) => (
        <g key={tick}>
          <path class="line-chart-grid" d={`M${frame.left} ${Math.round(y(tick)) + 0.5}h${frame.width}`} />
          <text class="line-chart-text line-chart-text-value" x={frame.left - 8} y={y(tick) + 4}>{write(tick)}</text>
        </g>
      ))}
    </g>
  );
}

export interface TimeAxisProps {
  readonly frame: Frame;
  readonly from_ms: number;
  readonly to_ms: number;
  readonly zone: string;
  readonly x: (time_ms: number) => number;
}

const DAY_MS = 86_400_000;
const TICK_WIDTH = 90;

export function TimeAxis({ frame, from_ms, to_ms, zone, x }: TimeAxisProps) {
  const style: TimeStyle = to_ms - from_ms > 2 * DAY_MS ? "day" : "minute";
  const ticks = timeTicks(from_ms, to_ms, Math.max(2, Math.floor(frame.width / TICK_WIDTH)), zone);
  return (
    <g>
      {ticks.map((tick) => (
        <text key={tick} class="line-chart-text line-chart-text-time" x={x(tick)} y={frame.top + frame.height + 18}>
          {formatTime(tick, style, zone, locale.value)}
        </text>
      ))}
    </g>
  );
}
