/**
 * Work orders as the API gives them, and the few laws the page needs of them: which are over, which are overdue, which come first.
 *
 *   requested --accept--> open --assign--> assigned --start--> in_progress <--> on_hold
 *                          ^                                       | complete
 *                          +--------------- reopen ------------ done --verify--> verified          cancelled
 */
import { PRIORITIES } from "../alarms/model";
import type { WorkOrder } from "../api/types";

export { PRIORITIES, type Priority } from "../alarms/model";

export const STATES = ["requested", "open", "assigned", "in_progress", "on_hold", "done", "verified", "cancelled"] as const;
export type OrderState = (typeof STATES)[number];

export const STEPS = ["accept", "assign", "start", "resume", "complete", "verify", "hold", "release", "reopen", "cancel"] as const;
export type Step = (typeof STEPS)[number];

export const KINDS = ["repair", "maintenance", "inspection", "calibration", "other"] as const;
export const DOWNTIME_REASONS = ["breakdown", "planned", "waiting_for_parts", "no_supply", "other"] as const;

export interface Coded {
  readonly code: string;
  readonly name: string;
  readonly name_zh?: string | null;
}

export type Order = WorkOrder;

const OVER: ReadonlySet<OrderState> = new Set<OrderState>(["verified", "cancelled"]);

export function isOver({ state }: Pick<Order, "state">): boolean {
  return OVER.has(state);
}

/** Work is still to be done: what is done waits for a verifier and has no due time any more. */
export function isToDo(order: Pick<Order, "state">): boolean {
  return !isOver(order) && order.state !== "done";
}

/** By the clock that is shown, so that an order grows overdue on the screen; what the service says besides. */
export function isOverdue(order: Pick<Order, "state" | "due_at" | "is_overdue">, now_ms: number): boolean {
  if (!isToDo(order)) return false;
  return order.is_overdue || (order.due_at !== null && Date.parse(order.due_at) <= now_ms);
}

/** Nobody has started it, and somebody should have. */
export function isUnanswered(order: Pick<Order, "state" | "respond_by">, now_ms: number): boolean {
  return (order.state === "open" || order.state === "assigned") && order.respond_by !== null && Date.parse(order.respond_by) <= now_ms;
}

/** Overdue first, then by priority, then by when it has to be done, the older first; what only waits for a verifier last. */
export function byUrgency(now_ms: number): (a: Order, b: Order) => number {
  const band = (order: Order): number => (isOver(order) ? 3 : !isToDo(order) ? 2 : isOverdue(order, now_ms) ? 0 : 1);
  const due = (order: Order): number => (order.due_at === null ? Infinity : Date.parse(order.due_at));
  return (a, b) =>
    band(a) - band(b) || PRIORITIES.indexOf(a.priority) - PRIORITIES.indexOf(b.priority) || compare(due(a), due(b)) || b.number - a.number;
}

/** Two that are never due are equal; the difference of infinities is no number. */
function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
