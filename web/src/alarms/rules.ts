/** Rules as the API gives them: what they are, on which machines, who changed what; and the changes a person can make. */
import type { Priority } from "./model";
import { order, pathOf, question } from "./request";

export interface RuleLevel {
  readonly at: string;
  readonly limit: number;
  readonly priority: Priority;
}

export interface RuleSignal {
  readonly kind: string;
  readonly of?: string;
  readonly reference?: string;
  readonly unit?: string;
}

/** The parts of a rule's document that the console reads; the rest is kept as it came. */
export interface RuleDocument {
  readonly code: string;
  readonly name: string;
  readonly name_zh?: string;
  readonly system?: string;
  readonly signal: RuleSignal | string;
  readonly levels: readonly RuleLevel[];
  readonly deadband?: number;
  readonly on_delay_s?: number;
  readonly off_delay_s?: number;
  readonly when?: string;
  readonly source?: string;
}

/** What the rule watches, as expressions. */
export function expressionsOf({ signal, when }: RuleDocument): string[] {
  const watched = typeof signal === "string" ? [signal] : [signal.of ?? "", signal.reference ?? ""];
  return [...watched, when ?? ""].filter((text) => text !== "");
}

export interface RuleRecord {
  readonly document: RuleDocument;
}

export function loadRule(rule: string): Promise<RuleRecord> {
  return question<RuleRecord>(`alarm-rules/${pathOf(rule)}`);
}

export function putOverride(rule: string, subject: string, body: object): Promise<unknown> {
  return order("PUT", `alarm-rules/${pathOf(rule)}/overrides/${encodeURIComponent(subject)}`, body);
}
