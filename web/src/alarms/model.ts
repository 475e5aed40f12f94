/**
 * Alarms as the API gives them, and the few laws the page needs of them: which ask for a person, which are worst.
 *
 *   asking      nobody has seen it yet: unacknowledged, returned or latched without acknowledgement
 *   standing    seen, and still there
 *   quiet       shelved, suppressed by design, out of service: listed, but not in anybody's way
 */
export const PRIORITIES = ["critical", "high", "medium", "low"] as const;
export type Priority = (typeof PRIORITIES)[number];

export const STATES = [
  "unacknowledged", "latched_unacknowledged", "returned_unacknowledged", "acknowledged", "latched_acknowledged", "shelved",
  "suppressed", "out_of_service", "normal",
] as const;
export type AlarmState = (typeof STATES)[number];

export interface CauseEvidence {
  readonly says: string;
  readonly says_zh: string | null;
  /** null: what it asks was not known when the alarm was raised. */
  readonly holds: boolean | null;
  readonly times?: number | null;
}

export interface Cause {
  readonly code: string;
  readonly name: string;
  readonly name_zh: string | null;
  /** 0 to 1, all causes of an alarm together are 1. */
  readonly likelihood: number;
  readonly action?: string;
  readonly action_zh?: string | null;
  readonly evidence?: readonly CauseEvidence[];
}

export interface Alarm {
  /** `site/rule/subject`; of the service itself `service/rule/subject`. */
  readonly alarm: string;
  readonly site: string;
  readonly rule: string;
  readonly subject_kind: string;
  readonly subject: string;
  readonly machine: string;
  readonly machine_zh: string | null;
  readonly equipment: string | null;
  readonly space: string | null;
  readonly name: string;
  readonly name_zh: string | null;
  readonly message: string;
  readonly message_zh: string | null;
  readonly system: string;
  /** null: it was never raised, as one that was taken out of service before. */
  readonly priority: Priority | null;
  readonly state: AlarmState;
  readonly level: string | null;
  readonly value: number | null;
  readonly limit: number | null;
  readonly unit: string;
  readonly condition: "active" | "normal" | "unknown";
  readonly quiet: string | null;
  readonly raised_at: string | null;
  readonly returned_at: string | null;
  readonly since: string | null;
  readonly acknowledged_at: string | null;
  readonly acknowledged_by: string | null;
  readonly shelved_until: string | null;
  readonly first_out: boolean;
  readonly first_out_of: string | null;
  readonly causes: readonly Cause[];
}

export const ASKING: ReadonlySet<AlarmState> = new Set<AlarmState>(["unacknowledged", "latched_unacknowledged", "returned_unacknowledged"]);
export const STANDING: ReadonlySet<AlarmState> = new Set<AlarmState>(["acknowledged", "latched_acknowledged"]);

export function isAsking({ state }: Pick<Alarm, "state">): boolean {
  return ASKING.has(state);
}

export function isOpen({ state }: Pick<Alarm, "state">): boolean {
  return ASKING.has(state) || STANDING.has(state);
}

export function isOfService({ subject_kind }: Pick<Alarm, "subject_kind">): boolean {
  return subject_kind === "service";
}

/** Since when it is there: raised, or where it was never raised (suppressed before that) in this state. */
export function began_ms({ raised_at, since }: Pick<Alarm, "raised_at" | "since">): number | null {
  const text = raised_at ?? since;
  const time_ms = text === null ? NaN : Date.parse(text);
  return Number.isNaN(time_ms) ? null : time_ms;
}

/** What asks for a person first, then by priority, then the newest first. */
export function byWorst(a: Alarm, b: Alarm): number {
  return (
    band(a) - band(b) ||
    rank(a) - rank(b) ||
    STATES.indexOf(a.state) - STATES.indexOf(b.state) ||
    (began_ms(b) ?? 0) - (began_ms(a) ?? 0) ||
    (a.alarm < b.alarm ? -1 : 1)
  );
}

function rank({ priority }: Alarm): number {
  return priority === null ? PRIORITIES.length : PRIORITIES.indexOf(priority);
}

function band(alarm: Alarm): number {
  return isAsking(alarm) ? 0 : isOpen(alarm) ? 1 : 2;
}

export interface Counts {
  /** Of each priority, how many ask for a person. */
  readonly asking: Readonly<Record<Priority, number>>;
  readonly standing: number;
  readonly quiet: number;
}

export function countsOf(alarms: Iterable<Alarm>): Counts {
  const asking = { critical: 0, high: 0, medium: 0, low: 0 };
  let [standing, quiet] = [0, 0];
  for (const alarm of alarms) {
    if (isAsking(alarm)) asking[alarm.priority ?? "low"] += 1;
    else if (isOpen(alarm)) standing += 1;
    else quiet += 1;
  }
  return { asking, standing, quiet };
}
