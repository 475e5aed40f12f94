/** How good alarming was in a period: figures of the API, against the limits that it says are accepted. */
import type { Priority } from "./model";
import { listOf, question } from "./request";

export interface AlarmFigures {
  readonly alarms: number;
  readonly alarms_per_day: number;
  readonly alarms_per_ten_minutes: number;
  readonly worst_ten_minutes: number;
  readonly floods: number;
  readonly time_in_flood_percent: number;
  readonly alarms_in_floods: number;
  readonly chattering: readonly string[];
  readonly standing: readonly string[];
  readonly top: readonly { readonly alarm: string; readonly alarms: number; readonly percent: number }[];
  readonly top_ten_percent: number | null;
  readonly priorities: readonly { readonly priority: Priority; readonly alarms: number; readonly percent: number | null; readonly aimed_percent: number }[];
  readonly acknowledged: number;
  readonly acknowledge_median_s: number | null;
  readonly acknowledge_p95_s: number | null;
  readonly missed: readonly { readonly figure: string }[];
}

export interface FiguresPart {
  /** `site/code` of a machine or a rule. */
  readonly code: string;
  readonly name: string;
  readonly name_zh: string;
  readonly figures: AlarmFigures;
}

export interface FiguresAnswer {
  readonly figures: AlarmFigures;
  readonly parts: readonly FiguresPart[];
  readonly limits: readonly { readonly figure: string; readonly at_most: number; readonly unit: string; readonly source: string }[];
}

export interface Flood {
  readonly site: string;
  readonly started_at: string;
  readonly ended_at: string | null;
  readonly alarms: number;
  readonly peak_in_ten_minutes: number;
}

export const BYS = ["machine", "rule"] as const;
export type By = (typeof BYS)[number];

export interface FiguresReport {
  readonly answer: FiguresAnswer;
  readonly floods: readonly Flood[];
}

export async function loadFigures(site: string, by: By, from_ms: number, to_ms: number): Promise<FiguresReport> {
  const span = { from: new Date(from_ms).toISOString(), to: new Date(to_ms).toISOString() };
  const [answer, floods] = await Promise.all([question<FiguresAnswer>("alarm-figures", { site, by, ...span }), listOf<Flood>("alarm-floods", { site, ...span })]);
  return { answer, floods };
}
