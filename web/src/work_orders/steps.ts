/**
 * The next steps of an order as buttons: which one is meant most, and what stands in the way of another.
 *
 * The service says what is possible; here is only the order of the buttons, and where on the page the hindrance is mended.
 */
import { STEPS, type Step } from "./model";
import type { OrderRecord, Possible } from "./record";

/** Reasons that the step's own dialog takes care of: what is missing is asked for there. */
const ASKED_FOR: ReadonlySet<string> = new Set(["signature_missing", "cause_missing", "reason_missing", "assignee_missing"]);

/** The part of the page where a hindrance is mended, by its id. */
const MENDED_AT: Readonly<Record<string, string>> = { isolation_open: "order-isolations", tasks_open: "order-tasks", condition_stands: "order-alarms" };

/** The step that a person most likely came for is no refusal of the others. */
const MEANT: readonly Step[] = ["accept", "complete", "resume", "verify", "start"];

export interface StepButton {
  readonly step: Step;
  readonly refused: { readonly reason: string; readonly why: string; readonly mended_at: string | null } | null;
  readonly isMeant: boolean;
}

export function stepButtons({ possible }: Pick<OrderRecord, "possible">): readonly StepButton[] {
  const meant = MEANT.find((step) => possible.some(({ event }) => event === step));
  return [...possible].sort((a, b) => rank(a, meant) - rank(b, meant)).map(({ event, refused }) => ({
    step: event,
    refused: refused === null || ASKED_FOR.has(refused.reason) ? null : { ...refused, mended_at: MENDED_AT[refused.reason] ?? null },
    isMeant: event === meant,
  }));
}

function rank({ event }: Possible, meant: Step | undefined): number {
  return event === meant ? -1 : STEPS.indexOf(event);
}
