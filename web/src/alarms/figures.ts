/** How good alarming was in a period: figures of the API, against the limits that it says are accepted. */
import { ask, askAll } from "../api/client";
import type { AlarmFiguresAnswer, Flood } from "../api/types";

export const BYS = ["machine", "rule"] as const;
export type By = (typeof BYS)[number];

export interface FiguresReport {
  readonly answer: AlarmFiguresAnswer;
  readonly floods: readonly Flood[];
}

export async function loadFigures(site: string, by: By, from_ms: number, to_ms: number): Promise<FiguresReport> {
  const span = { from: new Date(from_ms).toISOString(), to: new Date(to_ms).toISOString() };
  const [answer, floods] = await Promise.all([ask("/api/v1/alarm-figures", { site, by, ...span }), askAll("/api/v1/alarm-floods", { site, ...span })]);
  return { answer, floods };
}
