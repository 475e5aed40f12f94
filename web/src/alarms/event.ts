/**
 * What an event of the stream makes of an alarm: kinds `alarm.raise`, `alarm.acknowledge`, `alarm.clear`, `alarm.shelve` ...
 * Its payload is the server's promise and is checked once here. What it does not tell stays as it was known, but for a new raise:
 * that begins a new occurrence, of which nothing is known. An event that says nothing about one alarm (a flood) gives `undefined`,
 * one that is normal again `null`.
 */
import type { HappenedEvent } from "../live/frames";
import { PRIORITIES, QUIETS, STATES, SUBJECT_KINDS, type Alarm, type AlarmState, type Cause } from "./model";

type Payload = Readonly<Record<string, unknown>>;

const TEXTS = ["site", "rule", "subject", "machine", "machine_zh", "name", "name_zh", "message", "message_zh", "system", "unit", "level", "raised_at"] as const;
const FIGURES = ["value", "limit"] as const;

export function alarmAfter({ payload, subject, at_ms }: HappenedEvent, known: Alarm | undefined): Alarm | null | undefined {
  const state = STATES.find((one) => one === payload["state"]);
  if (state === undefined) return undefined;
  if (state === "normal") return null;
  const at = textOr(payload["at"]) ?? new Date(at_ms).toISOString();
  const heard = known ?? unheardOf(subject);
  const before = payload["event"] === "raise" ? { ...heard, ...RAISED_ANEW } : heard;
  return { ...before, ...told(payload), ...choicesTold(payload, before), ...standing(payload, state, before), state, since: at, ...stamped(payload, state, at) };
}

/** What is one of a few words. */
function choicesTold(payload: Payload, before: Alarm): Pick<Alarm, "priority" | "subject_kind"> {
  return {
    priority: PRIORITIES.find((one) => one === payload["priority"]) ?? before.priority,
    subject_kind: SUBJECT_KINDS.find((one) => one === payload["subject_kind"]) ?? before.subject_kind,
  };
}

function standing(payload: Payload, state: AlarmState, before: Alarm): Partial<Alarm> {
  return {
    condition: conditionAfter(payload["event"], before.condition),
    quiet: state === "suppressed" ? (QUIETS.find((one) => one === payload["reason"]) ?? null) : null,
    shelved_until: state === "shelved" ? (textOr(payload["shelved_until"]) ?? before.shelved_until) : null,
    first_out: payload["first_out"] === true || before.first_out,
    flood: payload["flood"] === true || before.flood,
  };
}

/** When it was seen, and when its condition went. */
function stamped(payload: Payload, state: AlarmState, at: string): Partial<Alarm> {
  if (payload["event"] === "acknowledge") return { acknowledged_at: at, acknowledged_by: textOr(payload["actor"]) };
  if (payload["event"] === "clear") return { returned_at: at };
  return state === "unacknowledged" ? NOT_SEEN : {};
}

const NOT_SEEN = { acknowledged_at: null, acknowledged_by: null };
const RAISED_ANEW = { ...NOT_SEEN, returned_at: null, first_out: false, first_out_of: null, flood: false, causes: [] };

function told(payload: Payload): Partial<Alarm> {
  const causes = Array.isArray(payload["causes"]) ? payload["causes"].flatMap(causeOf) : [];
  return {
    ...Object.fromEntries(TEXTS.flatMap((name) => (typeof payload[name] === "string" && payload[name] !== "" ? [[name, payload[name]]] : []))),
    ...Object.fromEntries(FIGURES.flatMap((name) => (typeof payload[name] === "number" ? [[name, payload[name]]] : []))),
    ...(causes.length > 0 ? { causes } : {}),
  };
}

/** An event names the likeliest causes; what to do and the evidence come with the next answer. */
function causeOf(given: unknown): Cause[] {
  if (typeof given !== "object" || given === null) return [];
  const { code, name, name_zh, likelihood } = given as Payload;
  if (typeof code !== "string" || typeof name !== "string") return [];
  return [{ code, name, name_zh: textOr(name_zh) ?? "", likelihood: typeof likelihood === "number" ? likelihood : 0, action: "", action_zh: "", times_true: 0, times_counted: 0, evidence: [] }];
}

function textOr(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function conditionAfter(event: unknown, before: Alarm["condition"]): Alarm["condition"] {
  if (event === "raise" || event === "worsen") return "active";
  return event === "clear" ? "normal" : before;
}

function unheardOf(alarm: string): Alarm {
  const [site = "", rule = "", ...subject] = alarm.split("/");
  const isService = site === "service";
  return {
    alarm, site: isService ? "" : site, rule, subject_kind: isService ? "service" : "device", subject: subject.join("/"), machine: "", machine_zh: "",
    equipment: null, space: null, name: "", name_zh: "", message: "", message_zh: "", system: "other", priority: null, state: "unacknowledged", level: null,
    value: null, limit: null, unit: "", condition: "unknown", quiet: null, raised_at: null, returned_at: null, since: null, acknowledged_at: null,
    acknowledged_by: null, shelved_until: null, first_out: false, first_out_of: null, flood: false, causes: [],
  };
}
