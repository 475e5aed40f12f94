/** Stored readings of points over a span, thinned by the server so that a year draws as fast as an hour. */
import { ask } from "../api/client";
import type { Series } from "../api/types";
import type { History } from "../power/trend";

const POINTS_A_CALL = 20;
/** Twice the pixels of the widest chart: min and max of each column. */
const MOST_VALUES = 1000;

export interface LoadedSeries {
  readonly history: History;
  /** The server left values out; lows and highs are kept. */
  readonly reduced: boolean;
}

export async function loadSeries(id: string, from_ms: number, to_ms: number, signal?: AbortSignal): Promise<LoadedSeries> {
  const [series] = await askSeries([id], from_ms, to_ms, signal);
  return { history: series === undefined ? [] : historyOf(series), reduced: series?.reduced ?? false };
}

export async function loadHistories(ids: readonly string[], from_ms: number, to_ms: number): Promise<Map<string, History>> {
  const calls: Promise<readonly Series[]>[] = [];
  for (let start = 0; start < ids.length; start += POINTS_A_CALL) {
    calls.push(askSeries(ids.slice(start, start + POINTS_A_CALL), from_ms, to_ms));
  }
  return new Map((await Promise.all(calls)).flat().map((series) => [series.point, historyOf(series)]));
}

async function askSeries(ids: readonly string[], from_ms: number, to_ms: number, signal?: AbortSignal): Promise<readonly Series[]> {
  if (ids.length === 0) return [];
  const span = { start: new Date(from_ms).toISOString(), stop: new Date(to_ms).toISOString() };
  const answer = await ask<{ series: readonly Series[] }>("readings", { point: ids, ...span, max_points: MOST_VALUES }, signal);
  return answer.series;
}

function historyOf(series: Series): History {
  return series.readings.map(({ time, value }) => ({ time_ms: Date.parse(time), value }));
}
