/** Rules as the API gives them: what they are, on which machines, who changed what; changing them, and trying them on history. */
import type { Priority } from "./model";
import { listOf, order, pathOf, question } from "./request";

export interface RuleLevel {
  readonly at: string;
  readonly limit: number;
  readonly priority: Priority;
}

export interface RuleEntry {
  /** `site/code`; of the service itself `service/code`. */
  readonly id: string;
  readonly site: string;
  readonly code: string;
  readonly name: string;
  readonly name_zh: string;
  readonly system: string;
  readonly subject_kind: string;
  readonly kind: string;
  readonly levels: readonly RuleLevel[];
  readonly origin: "shipped" | "site" | "entered";
  readonly version: number;
  readonly is_enabled: boolean;
  readonly machines: number;
  readonly unbound: number;
}

export interface RuleVersion {
  readonly version: number;
  readonly at: string;
  readonly actor: string;
  readonly reason: string;
  readonly origin: string;
  readonly is_enabled: boolean;
  readonly changes: readonly string[];
}

export interface RuleOverride {
  readonly machine: string;
  readonly limits: Readonly<Record<string, number>>;
  readonly deadband: number | null;
  readonly on_delay_s: number | null;
  readonly off_delay_s: number | null;
  readonly is_enabled: boolean;
  readonly actor: string;
  readonly reason: string;
  readonly at: string;
}

/** The fields of a rule file that the console reads; the others are kept as they came. */
export interface RuleDocument {
  readonly signal: string | { readonly kind: string; readonly of?: string; readonly reference?: string; readonly unit?: string; readonly over_s?: number };
  readonly levels: readonly RuleLevel[];
  readonly deadband?: number;
  readonly on_delay_s?: number;
  readonly off_delay_s?: number;
  readonly when?: string;
  readonly source?: string;
  readonly latching?: boolean;
}

export interface RuleRecord extends RuleEntry {
  readonly rule: RuleDocument;
  readonly on: readonly string[];
  readonly not_on: readonly { readonly machine: string; readonly reason: string }[];
  readonly overrides: readonly RuleOverride[];
  readonly versions: readonly RuleVersion[];
}

export interface Trial {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly alarms_a_day: number;
  readonly alarms: readonly { readonly machine: string; readonly raised_at: string; readonly duration_s: number | null; readonly level: string; readonly value: number | null }[];
  readonly chattering: readonly { readonly machine: string; readonly most_in_a_minute: number }[];
  readonly kept_quiet: Readonly<Record<string, number>>;
  readonly on: readonly string[];
  readonly readings: number;
}

/** What the rule watches, as expressions. */
export function expressionsOf({ signal, when }: RuleDocument): string[] {
  const watched = typeof signal === "string" ? [signal] : [signal.of ?? "", signal.reference ?? ""];
  return [...watched, when ?? ""].filter((text) => text !== "");
}

/** Limits and delays as a person edits them, for one machine or, with `machine` null, for all. */
export interface Edit {
  readonly machine: string | null;
  readonly limits: Readonly<Record<string, number>>;
  readonly deadband: number;
  readonly on_delay_s: number;
  readonly off_delay_s: number;
  readonly is_enabled: boolean;
}

export function editOf(record: RuleRecord, machine: string | null): Edit {
  const { levels, deadband = 0, on_delay_s = 0, off_delay_s = 0 } = record.rule;
  const limits = Object.fromEntries(levels.map(({ at, limit }) => [at, limit]));
  const usual = { machine, limits, deadband, on_delay_s, off_delay_s, is_enabled: record.is_enabled };
  const own = record.overrides.find((one) => one.machine === machine);
  if (own === undefined) return usual;
  return {
    machine,
    limits: { ...limits, ...own.limits },
    deadband: own.deadband ?? deadband,
    on_delay_s: own.on_delay_s ?? on_delay_s,
    off_delay_s: own.off_delay_s ?? off_delay_s,
    is_enabled: own.is_enabled,
  };
}

/** The rule as it would be with an edit. */
export function edited({ rule }: RuleRecord, { limits, deadband, on_delay_s, off_delay_s, is_enabled }: Edit): RuleDocument & { enabled: boolean } {
  return { ...rule, levels: rule.levels.map((level) => ({ ...level, limit: limits[level.at] ?? level.limit })), deadband, on_delay_s, off_delay_s, enabled: is_enabled };
}

/** What a machine has otherwise than the rule; what is the same is left out, so that it follows the rule's next version. */
export function overrideOf(record: RuleRecord, edit: Edit): object {
  const { levels, deadband = 0, on_delay_s = 0, off_delay_s = 0 } = record.rule;
  const other = (own: number, usual: number): number | null => (own === usual ? null : own);
  return {
    limits: Object.fromEntries(levels.flatMap(({ at, limit }) => (edit.limits[at] === undefined || edit.limits[at] === limit ? [] : [[at, edit.limits[at]]]))),
    deadband: other(edit.deadband, deadband),
    on_delay_s: other(edit.on_delay_s, on_delay_s),
    off_delay_s: other(edit.off_delay_s, off_delay_s),
    is_enabled: edit.is_enabled,
  };
}

export async function loadRules(site: string): Promise<RuleEntry[]> {
  const [own, service] = await Promise.all([listOf<RuleEntry>("alarm-rules", { site }), listOf<RuleEntry>("alarm-rules", { site: "service" })]);
  return [...own, ...service];
}

export function loadRule(rule: string): Promise<RuleRecord> {
  return question<RuleRecord>(`alarm-rules/${pathOf(rule)}`);
}

export async function saveEdit(record: RuleRecord, edit: Edit, reason: string): Promise<void> {
  if (edit.machine === null) await order("PUT", `alarm-rules/${pathOf(record.id)}`, { rule: edited(record, edit), reason });
  else await order("PUT", `alarm-rules/${pathOf(record.id)}/overrides/${encodeURIComponent(edit.machine)}`, { ...overrideOf(record, edit), reason });
}

export async function dropOverride(record: RuleRecord, machine: string, reason: string): Promise<void> {
  await order("DELETE", `alarm-rules/${pathOf(record.id)}/overrides/${encodeURIComponent(machine)}?${new URLSearchParams({ reason }).toString()}`, null);
}

/** What the rule would have raised, as it holds or with an edit. */
export function tryRule(record: RuleRecord, edit: Edit | null, from_ms: number, to_ms: number): Promise<Trial> {
  const span = { from: new Date(from_ms).toISOString(), to: new Date(to_ms).toISOString() };
  if (edit === null) return order<Trial>("POST", `alarm-rules/${pathOf(record.id)}/try`, span);
  const machines = edit.machine === null ? [] : [edit.machine];
  return order<Trial>("POST", "alarm-rules/try", { site: record.site, rule: edited(record, edit), machines, ...span });
}
