/** Stored readings of points over a span, thinned by the server so that a year draws as fast as an hour. */
import { apiAddress, ask } from "../api/client";
import type { History } from "../power/trend";

/** Twice the pixels of the widest chart: lowest and highest of each column. */
const MOST_READINGS = 1000;
const AT_ONCE = 3;

export interface LoadedSeries {
  readonly history: History;
  /** The server left readings out; lowest and highest are kept. */
  readonly reduced: boolean;
}

export async function loadSeries(id: string, from_ms: number, to_ms: number): Promise<LoadedSeries> {
  const answer = await ask("/api/v1/readings", { point: id, ...spanOf(from_ms, to_ms), limit: MOST_READINGS });
  const readings = answer.readings ?? [];
  return {
    history: readings.map(({ time, value }) => ({ time_ms: Date.parse(time), value })),
    reduced: answer.based_on_readings > readings.length,
  };
}

/** A few at a time: a browser has six connections to a server, and a person may ask for something meanwhile. */
export async function loadHistories(ids: readonly string[], from_ms: number, to_ms: number): Promise<Map<string, History>> {
  const histories = new Map<string, History>();
  const waiting = [...ids];
  const work = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      histories.set(id, (await loadSeries(id, from_ms, to_ms)).history);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return histories;
}

/** Every reading of the span as a file, not only those that are drawn. */
export function readingsCsvAddress(id: string, from_ms: number, to_ms: number): string {
  return apiAddress("/api/v1/readings", { point: id, ...spanOf(from_ms, to_ms), resolution: "raw", format: "csv" });
}

function spanOf(from_ms: number, to_ms: number): { start: string; stop: string } {
  return { start: new Date(from_ms).toISOString(), stop: new Date(to_ms).toISOString() };
}
