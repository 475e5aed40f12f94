/** Rules as the API gives them: what they are, on which machines, who changed what; changing them, and trying them on history. */
import { askAll, askOne, put, remove, send } from "../api/client";
import type { SiteModel } from "../registry/site_model";
import type { AlarmRule, AlarmRuleDetail, NewOverride, RuleLevel, TrialAnswer } from "../api/types";

export type { AlarmRule as RuleEntry, RuleOverride, TrialAnswer as Trial } from "../api/types";

/** The fields of a rule file that the console reads; the others are kept as they came. */
export interface RuleDocument {
  readonly [field: string]: unknown;
  readonly signal: string | { readonly kind: string; readonly of?: string; readonly reference?: string; readonly unit?: string; readonly over_s?: number };
  readonly levels: readonly RuleLevel[];
  readonly deadband?: number;
  readonly on_delay_s?: number;
  readonly off_delay_s?: number;
  readonly when?: string;
  readonly source?: string;
  readonly latching?: boolean;
}

export type RuleRecord = Omit<AlarmRuleDetail, "rule"> & { readonly rule: RuleDocument };

/** What the rule watches, as expressions. */
export function expressionsOf({ signal, when }: RuleDocument): string[] {
  const watched = typeof signal === "string" ? [signal] : [signal.of ?? "", signal.reference ?? ""];
  return [...watched, when ?? ""].filter((text) => text !== "");
}

/** The unit that the rule gives, else that of the point that it watches; empty: neither. */
export function unitOf({ rule: { signal }, on }: RuleRecord, { device }: SiteModel): string {
  if (typeof signal !== "string" && signal.unit !== undefined && signal.unit !== "") return signal.unit;
  const watched = typeof signal === "string" ? signal : signal.of;
  return device.get(on[0] ?? "")?.points.find(({ key }) => key === watched)?.unit ?? "";
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
export function overrideOf(record: RuleRecord, edit: Edit): Omit<NewOverride, "reason"> {
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

export async function loadRules(site: string): Promise<AlarmRule[]> {
  const [own, service] = await Promise.all([askAll("/api/v1/alarm-rules", { site }), askAll("/api/v1/alarm-rules", { site: "service" })]);
  return [...own, ...service];
}

export async function loadRule(rule: string): Promise<RuleRecord> {
  const record = await askOne("/api/v1/alarm-rules/{site}/{code}", partsOf(rule));
  return { ...record, rule: record.rule as unknown as RuleDocument };
}

export async function saveEdit(record: RuleRecord, edit: Edit, reason: string): Promise<void> {
  const parts = partsOf(record.id);
  if (edit.machine === null) await put("/api/v1/alarm-rules/{site}/{code}", parts, { rule: edited(record, edit), reason });
  else await put("/api/v1/alarm-rules/{site}/{code}/overrides/{machine}", { ...parts, machine: edit.machine }, { ...overrideOf(record, edit), reason });
}

export async function dropOverride(record: RuleRecord, machine: string, reason: string): Promise<void> {
  await remove("/api/v1/alarm-rules/{site}/{code}/overrides/{machine}", { ...partsOf(record.id), machine }, { reason });
}

/** What the rule would have raised, as it holds or with an edit. */
export function tryRule(record: RuleRecord, edit: Edit | null, from_ms: number, to_ms: number): Promise<TrialAnswer> {
  const span = { from: new Date(from_ms).toISOString(), to: new Date(to_ms).toISOString() };
  if (edit === null) return send("/api/v1/alarm-rules/{site}/{code}/try", partsOf(record.id), { ...span, machines: [] });
  const machines = edit.machine === null ? [] : [edit.machine];
  // Else what the machine has otherwise already would hide what is being tried.
  const as_given = edit.machine !== null;
  return send("/api/v1/alarm-rules/try", {}, { site: record.site, rule: edited(record, edit), machines, as_given, ...span });
}

function partsOf(rule: string): { readonly site: string; readonly code: string } {
  const [site = "", code = ""] = rule.split("/");
  return { site, code };
}
