/** Which readings show an alarm best, and over which span: around its raise, from half an hour before. */
import type { Point } from "../api/types";
import type { AlarmRecord } from "./record";

const AROUND_MS = 1_800_000;
const LONGEST_MS = 6 * 3_600_000;

export interface CourseSpan {
  readonly from_ms: number;
  readonly to_ms: number;
  readonly raised_ms: number;
}

/** From before the raise until after it was gone; of a long one its beginning. null: never raised. */
export function spanOf(record: Pick<AlarmRecord, "raised_at" | "occurrences">, now_ms: number): CourseSpan | null {
  const raised_at = record.raised_at ?? record.occurrences[0]?.raised_at ?? null;
  if (raised_at === null) return null;
  const raised_ms = Date.parse(raised_at);
  const returned_at = record.occurrences.find((one) => one.raised_at === raised_at)?.returned_at ?? null;
  const gone_ms = returned_at === null ? now_ms : Date.parse(returned_at) + AROUND_MS / 2;
  const to_ms = Math.min(now_ms, Math.max(raised_ms + AROUND_MS, gone_ms), raised_ms + LONGEST_MS);
  return { from_ms: raised_ms - AROUND_MS, to_ms: Math.max(to_ms, raised_ms + 60_000), raised_ms };
}

/** The points of the machine, those that the rule's expressions name first, in the order in which they are named. */
export function pointsByRule(points: readonly Point[], expressions: readonly string[]): { readonly named: readonly Point[]; readonly others: readonly Point[] } {
  const keys = [...new Set(expressions.flatMap((text) => text.match(/[a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)?/g) ?? []))];
  const named = keys.flatMap((key) => points.find((point) => point.key === key) ?? []);
  return { named, others: points.filter((point) => !named.includes(point)) };
}
