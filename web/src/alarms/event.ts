/**
 * What an event of the stream makes of an alarm: kinds `alarm.raise`, `alarm.acknowledge`, `alarm.clear`, `alarm.shelve` ...
 * Its payload is the server's promise and is checked once here. What it does not tell stays as it was known. An event that says
 * nothing about one alarm (a flood) gives `undefined`, one that is normal again `null`.
 */
import type { HappenedEvent } from "../live/frames";
import { PRIORITIES, STATES, type Alarm, type Cause } from "./model";

type Payload = Readonly<Record<string, unknown>>;

const TEXTS = [
  "site", "rule", "subject_kind", "subject", "machine", "machine_zh", "name", "name_zh", "message", "message_zh", "system", "unit", "level", "raised_at",
] as const;
const FIGURES = ["value", "limit"] as const;

export function alarmAfter({ payload, subject, at_ms }: HappenedEvent, known: Alarm | undefined): Alarm | null | undefined {
  const state = STATES.find((one) => one === payload["state"]);
  if (state === undefined) return undefined;
  if (state === "normal") return null;
  const at = textOr(payload["at"]) ?? new Date(at_ms).toISOString();
  const before = known ?? unheardOf(subject);
  return {
    ...before,
    ...told(payload),
    priority: PRIORITIES.find((one) => one === payload["priority"]) ?? before.priority,
    state,
    since: at,
    condition: conditionAfter(payload["event"], before.condition),
    quiet: state === "suppressed" ? textOr(payload["reason"]) : null,
    shelved_until: state === "shelved" ? before.shelved_until : null,
    first_out: payload["first_out"] === true || before.first_out,
    ...(payload["event"] === "acknowledge" ? { acknowledged_at: at, acknowledged_by: textOr(payload["actor"]) } : {}),
  };
}

function told(payload: Payload): Partial<Alarm> {
  const causes = payload["causes"];
  return {
    ...Object.fromEntries(TEXTS.flatMap((name) => (typeof payload[name] === "string" && payload[name] !== "" ? [[name, payload[name]]] : []))),
    ...Object.fromEntries(FIGURES.flatMap((name) => (typeof payload[name] === "number" ? [[name, payload[name]]] : []))),
    ...(Array.isArray(causes) && causes.length > 0 ? { causes: causes as readonly Cause[] } : {}),
  };
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
  return {
    alarm, site, rule, subject_kind: site === "service" ? "service" : "device", subject: subject.join("/"), machine: "", machine_zh: null, equipment: null,
    space: null, name: "", name_zh: null, message: "", message_zh: null, system: "other", priority: null, state: "unacknowledged", level: null, value: null,
    limit: null, unit: "", condition: "unknown", quiet: null, raised_at: null, returned_at: null, since: null, acknowledged_at: null, acknowledged_by: null, shelved_until: null,
    first_out: false, first_out_of: null, causes: [],
  };
}
