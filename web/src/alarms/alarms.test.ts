import { describe, expect, it } from "vitest";
import type { HappenedEvent } from "../live/frames";
import { isPossible, needsComment } from "./actions";
import { alarmAfter } from "./event";
import { arranged, DEFAULT_QUERY, readAlarmQuery, sortedBy, writeAlarmQuery, type AlarmQuery } from "./list_query";
import { alarmMessage } from "./naming";
import { byWorst, countsOf, STATES, type Alarm } from "./model";

const RAISED: HappenedEvent = {
  kind: "alarm.raise",
  subject: "kunshan/outlet-high/comp-3",
  at_ms: Date.parse("2026-11-23T06:00:01Z"),
  payload: {
    site: "kunshan", rule: "outlet-high", subject_kind: "device", subject: "comp-3", name: "Outlet high", name_zh: "出口高", system: "compressed_air",
    machine: "Compressor 3", machine_zh: "3号空压机", state: "unacknowledged", from: "normal", event: "raise", reason: "heard", level: "H", priority: "high",
    value: 107.2, limit: 105, unit: "degC", message: "Compressor 3: outlet 107.2", message_zh: "", at: "2026-11-23T06:00:00Z", raised_at: "2026-11-23T06:00:00Z",
    first_out: true, flood: false, causes: [{ code: "fouled", name: "Cooler fouled", name_zh: "", likelihood: 0.7 }],
  },
};
const happened = (event: string, more: Record<string, unknown>): HappenedEvent => ({ ...RAISED, kind: `alarm.${event}`, payload: { ...RAISED.payload, event, ...more } });
function after(event: HappenedEvent, known?: Alarm): Alarm {
  const found = alarmAfter(event, known);
  if (found === null || found === undefined) throw new Error("the event tells of no alarm");
  return found;
}
const raised = after(RAISED);
const alarm = (name: string, more: Partial<Alarm> = {}): Alarm => ({ ...raised, alarm: `kunshan/rule/${name}`, subject: name, machine: name, message: "", ...more });
const names = (alarms: readonly Alarm[]): string => alarms.map(({ subject }) => subject).join(" ");

describe("an event", () => {
  it("tells a whole new alarm", () => {
    expect(raised).toMatchObject({ alarm: "kunshan/outlet-high/comp-3", machine: "Compressor 3", value: 107.2, limit: 105, state: "unacknowledged", condition: "active", first_out: true });
    expect(raised.causes[0]?.name).toBe("Cooler fouled");
  });

  it("changes what it tells and keeps the rest", () => {
    const placed = { ...raised, space: "b1/f1" };
    const seen = after(happened("acknowledge", { state: "acknowledged", actor: "li", at: "2026-11-23T06:02:00Z", causes: [] }), placed);
    expect(seen).toMatchObject({ state: "acknowledged", acknowledged_by: "li", acknowledged_at: "2026-11-23T06:02:00Z", space: "b1/f1", raised_at: "2026-11-23T06:00:00Z" });
    expect(seen.causes).toHaveLength(1);
    expect(alarmAfter(happened("clear", { state: "returned_unacknowledged", level: null, at: "2026-11-23T06:03:00Z" }), raised)).toMatchObject({ condition: "normal", level: "H", returned_at: "2026-11-23T06:03:00Z" });
    expect(after(happened("shelve", { state: "shelved", shelved_until: "2026-11-23T07:00:00Z" }), raised).shelved_until).toBe("2026-11-23T07:00:00Z");
  });

  it("begins anew where it is raised again", () => {
    const seen = { ...raised, state: "acknowledged" as const, acknowledged_at: "2026-11-23T05:00:00Z", acknowledged_by: "li", returned_at: "2026-11-23T05:30:00Z", first_out_of: "kunshan/a/b" };
    expect(after(happened("raise", { first_out: false, causes: [] }), seen)).toMatchObject({ acknowledged_at: null, acknowledged_by: null, returned_at: null, first_out: false, first_out_of: null, causes: [] });
    expect(after(happened("worsen", { level: "HH", priority: "critical" }), seen)).toMatchObject({ acknowledged_at: null, priority: "critical", first_out_of: "kunshan/a/b" });
  });

  it("ends an alarm that is normal again, and says nothing of one where it is about a flood", () => {
    expect(alarmAfter(happened("clear", { state: "normal" }), raised)).toBeNull();
    expect(alarmAfter({ ...RAISED, kind: "alarm.flood_began", payload: { site: "kunshan", alarms: 11 } }, undefined)).toBeUndefined();
    expect(alarmAfter(happened("raise", { state: "melted" }), undefined)).toBeUndefined();
  });
});

describe("the worst", () => {
  const all = [
    alarm("shelved", { state: "shelved", priority: "critical" }),
    alarm("seen", { state: "acknowledged", priority: "critical" }),
    alarm("low", { priority: "low" }),
    alarm("gone", { priority: "critical", state: "returned_unacknowledged" }),
    alarm("older", { priority: "critical", raised_at: "2026-11-23T05:00:00Z" }),
    alarm("newer", { priority: "critical", raised_at: "2026-11-23T05:30:00Z" }),
  ];

  it("is what nobody has acknowledged, by priority, what is there before what is gone, the newest first", () => {
    expect(names([...all].sort(byWorst))).toBe("newer older gone low seen shelved");
  });

  it("is counted by priority as long as it asks for somebody", () => {
    expect(countsOf(all)).toEqual({ asking: { critical: 3, high: 0, medium: 0, low: 1 }, standing: 1, quiet: 1 });
  });
});

describe("the list", () => {
  const read = (text: string): AlarmQuery => readAlarmQuery(new URLSearchParams(text));
  const all = [
    alarm("comp-10", { system: "compressed_air" }),
    alarm("comp-2", { system: "compressed_air", priority: "critical" }),
    alarm("pump-1", { system: "water", state: "shelved" }),
    alarm("watch", { subject_kind: "service", system: "service" }),
  ];
  const listed = (text: string): string => names(arranged(all, read(text), ({ machine }) => machine, "en"));

  it("shows what is open unless it is asked for more", () => {
    expect(listed("sort=machine")).toBe("comp-2 comp-10 watch");
    expect(listed("state=shelved")).toBe("pump-1");
    expect(listed("state=all&where=site&sort=-machine")).toBe("pump-1 comp-10 comp-2");
    expect(listed("where=service")).toBe("watch");
    expect(listed("priority=critical")).toBe("comp-2");
    expect(listed("q=COMP 10")).toBe("comp-10");
    expect(listed("system=water&state=all")).toBe("pump-1");
  });

  it("says in the address what is shown and nothing that goes without saying", () => {
    const text = "q=oil&priority=critical%2Chigh&state=shelved&system=water&machine=comp-2&where=site&sort=-since";
    expect(writeAlarmQuery(read(text), new URLSearchParams()).toString()).toBe(text);
    expect(writeAlarmQuery(DEFAULT_QUERY, new URLSearchParams("site=kunshan")).toString()).toBe("site=kunshan");
    expect(read("priority=loud&state=odd&where=moon&sort=taste")).toEqual(DEFAULT_QUERY);
    expect(sortedBy(DEFAULT_QUERY, "since")).toMatchObject({ sort: "since", descending: true });
  });
});

describe("what can be done", () => {
  it("follows the state", () => {
    const offered = (action: Parameters<typeof isPossible>[0]): string => STATES.filter((state) => isPossible(action, { state })).join(" ");
    expect(offered("acknowledge")).toBe("unacknowledged latched_unacknowledged returned_unacknowledged");
    expect(offered("reset")).toBe("latched_acknowledged");
    expect(offered("unshelve")).toBe("shelved");
    expect(offered("return-to-service")).toBe("out_of_service");
    expect(offered("shelve")).not.toContain("out_of_service");
    expect(needsComment("remove-from-service")).toBe(true);
  });
});

describe("a message", () => {
  const says = (message: string, unit: string): string => alarmMessage(alarm("comp-1", { message, unit }), "en");

  it("has units as people write them", () => {
    expect(says("Outlet high: 107.2 degC / 105 degC", "degC")).toBe("Outlet high: 107.2 °C / 105 °C");
    expect(says("Pump 3: flow 0 m3/h, limit 15 m3/h", "m3/h")).toBe("Pump 3: flow 0 m³/h, limit 15 m³/h");
  });

  it("keeps its figures and names where the unit is 1: counted, not measured", () => {
    expect(says("Compressor 1: 12 messages twice, limit 10", "1")).toBe("Compressor 1: 12 messages twice, limit 10");
    expect(says("Messages twice: 12 1 / 10 1", "1")).toBe("Messages twice: 12 / 10");
  });
});
