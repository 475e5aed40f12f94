import { describe, expect, it } from "vitest";
import { arranged, DEFAULT_QUERY, NOBODY, readOrderQuery, writeOrderQuery, type OrderQuery } from "./list_query";
import { byUrgency, isOverdue, type Order } from "./model";
import { newClientKey } from "./client_key";
import { stepButtons } from "./steps";

const NOW = Date.parse("2026-11-24T04:00:00Z");

function order(number: number, given: Partial<Order> = {}): Order {
  return {
    order: `works/${number}`, site: "works", number, title: `Order ${number}`, title_zh: "", description: "", origin: "hand", kind: "repair",
    subject_kind: "equipment", subject: "comp-1", machine: "Compressor 1", machine_zh: "", space: null, priority: "medium", state: "open",
    since: "2026-11-24T00:00:00Z", opened_at: "2026-11-24T00:00:00Z", opened_by: null, respond_by: null, due_at: "2026-11-25T00:00:00Z",
    is_overdue: false, escalated: 0, assignee: null, team: null, skill: null, suspected: null, action: "", action_zh: "", alarms: 0,
    alarms_standing: 0, tasks_done: 0, tasks: 0, isolations_open: 0, photos: 0, cause: null, resolution: "", done_at: null, done_by: null,
    check_at: null, checked_at: null, verified_at: null, verified_by: null, reopened: 0, parent: null, plan: null, job: null, requested_by: "", ...given,
  };
}

describe("the order of orders", () => {
  it("puts what is overdue first, then what is critical, and last what only waits for a verifier", () => {
    const all = [
      order(1, { priority: "critical" }),
      order(2, { priority: "low", due_at: "2026-11-24T03:00:00Z" }),
      order(3, { priority: "critical", state: "done", due_at: "2026-11-20T00:00:00Z" }),
      order(4, { due_at: null }),
      order(5),
    ];
    expect(all.sort(byUrgency(NOW)).map(({ number }) => number)).toEqual([2, 1, 5, 4, 3]);
  });

  it("lets an order grow overdue on the screen, and none that is done", () => {
    const late = { due_at: "2026-11-24T04:00:00Z", is_overdue: false };
    expect(isOverdue(order(1, late), NOW - 1)).toBe(false);
    expect(isOverdue(order(1, late), NOW)).toBe(true);
    expect(isOverdue(order(1, { ...late, state: "done" }), NOW)).toBe(false);
  });
});

describe("the filter in the address", () => {
  const query: OrderQuery = { text: "oil", group: "doing", priorities: ["critical", "low"], machine: "comp-1", person: NOBODY, team: "air", overdue: true, sort: "due" };

  it("comes back as it was written, beside what else the address has", () => {
    const written = writeOrderQuery(query, new URLSearchParams("site=works"));
    expect(written.get("site")).toBe("works");
    expect(readOrderQuery(written)).toEqual(query);
    expect(writeOrderQuery(DEFAULT_QUERY, new URLSearchParams()).toString()).toBe("");
  });

  it("takes what it cannot read for the default", () => {
    expect(readOrderQuery(new URLSearchParams("state=lost&priority=huge&sort=colour&overdue=yes"))).toEqual(DEFAULT_QUERY);
  });

  it("finds what nobody has, and words in any order", () => {
    const all = [order(1, { assignee: { code: "li", name: "Li Wei" } }), order(2, { title: "Oil leaks at the pump" })];
    const found = (given: Partial<OrderQuery>): number[] => arranged(all, { ...DEFAULT_QUERY, ...given }, ({ machine }) => machine, "en", NOW).map(({ number }) => number);
    expect(found({ person: NOBODY })).toEqual([2]);
    expect(found({ person: "li" })).toEqual([1]);
    expect(found({ text: "pump oil" })).toEqual([2]);
    expect(found({ text: "#1" })).toEqual([1]);
  });
});

describe("the buttons of the next steps", () => {
  it("begin with what a person came for, and refuse only what their own dialog does not ask for", () => {
    const buttons = stepButtons({
      possible: [
        { event: "assign", needs: ["assignee"], refused: null },
        { event: "hold", needs: ["comment"], refused: null },
        { event: "complete", needs: ["cause"], refused: { reason: "signature_missing", why: "have it signed" } },
      ],
    });
    expect(buttons.map(({ step }) => step)).toEqual(["complete", "assign", "hold"]);
    expect(buttons[0]?.refused).toBeNull();
    const [start] = stepButtons({ possible: [{ event: "start", needs: [], refused: { reason: "isolation_open", why: "lock it" } }] });
    expect(start?.refused).toEqual({ reason: "isolation_open", why: "lock it", mended_at: "order-isolations" });
  });
});

describe("a key of the browser's own making", () => {
  it("is a UUID of version 4, and another each time", () => {
    const keys = new Set(Array.from({ length: 100 }, newClientKey));
    expect(keys.size).toBe(100);
    for (const key of keys) expect(key).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  });
});
