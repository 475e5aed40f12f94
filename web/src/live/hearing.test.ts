import { beforeEach, describe, expect, it, vi } from "vitest";
import { freshness } from "./freshness";
import { readFrame } from "./frames";
import { LiveValues } from "./values";

const NOW_MS = 1_000_000;
const FRESH = "kunshan/m-1/active_power_kw";
const OTHER = "kunshan/m-2/active_power_kw";

function judged(values: LiveValues, id: string): string {
  return freshness(values.latest(id), 10, NOW_MS);
}

describe("what cannot be heard is stale, however young", () => {
  let values: LiveValues;
  beforeEach(() => {
    vi.stubGlobal("requestAnimationFrame", () => 1);
    vi.stubGlobal("cancelAnimationFrame", () => undefined);
    values = new LiveValues();
    values.offer([[FRESH, NOW_MS - 2000, 1], [OTHER, NOW_MS - 2000, 2]], NOW_MS - 1000);
    values.apply();
  });

  it("all of it while nobody listens, also what comes meanwhile", () => {
    expect(judged(values, FRESH)).toBe("fresh");
    values.hear({ listening: false, lost_ms: new Map() });
    values.offer([[OTHER, NOW_MS, 3]], NOW_MS);
    values.apply();
    expect([judged(values, FRESH), judged(values, OTHER)]).toEqual(["stale", "stale"]);
    values.hear({ listening: true, lost_ms: new Map() });
    expect([judged(values, FRESH), judged(values, OTHER)]).toEqual(["fresh", "fresh"]);
  });

  it("of a lost device until it speaks again; a cell learns of it", () => {
    const cell = values.cell(FRESH);
    values.hear({ listening: true, lost_ms: new Map([["kunshan/m-1", NOW_MS - 500]]) });
    expect([freshness(cell.value, 10, NOW_MS), judged(values, OTHER)]).toEqual(["stale", "fresh"]);
    values.offer([[FRESH, NOW_MS, 4]], NOW_MS);
    values.apply();
    expect(freshness(cell.value, 10, NOW_MS)).toBe("fresh");
  });

  it("as the server's frames say it", () => {
    const at = "2026-11-23T04:00:00Z";
    const said = { listening: false, lost: [["kunshan/m-1", 5], ["broken"]] };
    const read = readFrame({ kind: "hearing", id: null, data: JSON.stringify({ at, hearing: said }) });
    expect(read).toEqual({ frame: "hearing", at_ms: Date.parse(at), hearing: { listening: false, lost_ms: new Map([["kunshan/m-1", 5]]) } });
    const older = readFrame({ kind: "snapshot", id: "1", data: JSON.stringify({ at, cursor: "1", values: [] }) });
    expect(older).toMatchObject({ hearing: { listening: true, lost_ms: new Map() } });
  });
});
