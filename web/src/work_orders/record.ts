/** One order with everything that belongs to it. */
import { askAt } from "../api/at";
import type { Order, OrderState, Step } from "./model";

export interface Possible {
  readonly event: Step;
  readonly needs: readonly string[];
  readonly refused: { readonly reason: string; readonly why: string } | null;
}

export interface AttachedAlarm {
  readonly alarm: string;
  readonly raised_at: string;
  readonly ended_at: string | null;
  readonly level: string | null;
  readonly value: number | null;
  readonly limit: number | null;
  readonly unit: string;
  readonly message: string;
  readonly message_zh: string;
  readonly is_standing: boolean;
  readonly causes: readonly AlarmCause[];
}

export interface AlarmCause {
  readonly code: string;
  readonly name: string;
  readonly name_zh: string;
  readonly likelihood: number;
  readonly action?: string;
  readonly action_zh?: string;
  readonly evidence?: readonly { readonly says: string; readonly says_zh?: string; readonly holds?: boolean | null }[];
}

export type TaskResult = "passed" | "failed" | "skipped";

export interface Task {
  readonly position: number;
  readonly text: string;
  readonly text_zh: string;
  readonly kind: "check" | "measure" | "photo";
  readonly required: boolean;
  readonly unit: string | null;
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly opens_order: boolean;
  readonly result: TaskResult | null;
  readonly value: number | null;
  readonly note: string;
  readonly at: string | null;
  readonly by: string | null;
  readonly follow_up: string | null;
}

export interface Isolation {
  readonly position: number;
  readonly energy: string;
  readonly where: string;
  readonly how: string;
  readonly confirmed_at: string | null;
  readonly confirmed_by: string | null;
  readonly lock: string;
  readonly removed_at: string | null;
  readonly removed_by: string | null;
}

export interface UsedPart {
  readonly part: string;
  readonly name: string;
  readonly unit: string;
  readonly planned: number | null;
  readonly used: number;
  readonly unit_cost: number | null;
  readonly currency: string | null;
  readonly location: string;
  readonly stock: number | null;
}

export interface Labour {
  readonly name: string;
  readonly began_at: string;
  readonly hours: number;
  readonly note: string;
}

export interface Downtime {
  readonly began_at: string;
  readonly ended_at: string | null;
  readonly reason: string;
  readonly note: string;
}

export interface OrderFile {
  readonly key: string;
  readonly name: string;
  readonly title: string;
  readonly media_type: string;
  readonly width_px: number | null;
  readonly height_px: number | null;
}

export interface TrailEntry {
  readonly at: string;
  readonly event: string;
  readonly from: OrderState | null;
  readonly to: OrderState | null;
  readonly actor: string | null;
  readonly comment: string;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface CauseChoice {
  readonly code: string;
  readonly name: string;
  readonly name_zh: string;
  readonly times_true: number;
}

export interface OrderRecord extends Order {
  readonly requires_signature: boolean;
  readonly is_signed: boolean;
  readonly possible: readonly Possible[];
  readonly alarm_list: readonly AttachedAlarm[];
  readonly task_list: readonly Task[];
  readonly isolation_list: readonly Isolation[];
  readonly parts: readonly UsedPart[];
  readonly labour: readonly Labour[];
  readonly downtime: readonly Downtime[];
  readonly files: readonly OrderFile[];
  readonly trail: readonly TrailEntry[];
  readonly cause_choices: readonly CauseChoice[];
}

/** `by`: whose next steps are told: nobody verifies their own work. */
export function loadOrder(order: string, by: string | null): Promise<OrderRecord> {
  return askAt<OrderRecord>(["work-orders", ...order.split("/")], { by });
}
