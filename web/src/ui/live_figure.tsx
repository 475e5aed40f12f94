/**
 * One point's newest value, alive: redrawn when its value moves or grows stale, and for nothing else.
 */
import { computed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import type { Point } from "../api/types";
import { stateText } from "../devices/state_text";
import { now_ms } from "../live/clock";
import { freshness } from "../live/freshness";
import type { LiveValues } from "../live/values";
import { Figure } from "./figure";

export interface LiveFigureProps {
  readonly point: Point;
  readonly values: LiveValues;
}

export function LiveFigure({ point, values }: LiveFigureProps) {
  const cell = values.cell(point.id);
  const quality = useMemo(() => computed(() => freshness(cell.value, point.expected_interval_s, now_ms.value)), [cell, point]);
  const value = cell.value?.value ?? null;
  return <Figure value={value} unit={point.unit} quality={quality.value} text={stateText(point, value)} />;
}
