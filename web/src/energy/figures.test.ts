import { describe, expect, it } from "vitest";
import { bandsOf } from "./bands";
import { barsOf, labelStep, stack } from "./course";
import { demandOf, type DemandPeak, type MonthDemand } from "./demand";
import { arrangeGroups, changeOf, type EnergyGroup, type GroupRow } from "./groups";
import { doubtOf, type EnergyFigures } from "./quality";

function figures(energy: number | null, more: Partial<EnergyFigures> = {}): EnergyFigures {
  const quality = energy === null ? null : { measured: 1, interpolated: 0, estimated: 0 };
  return { energy, by_band: {}, quality, missing_s: 0, cost: null, average_price: null, unbilled: 0, peak_share: null, ...more };
}

describe("a stack", () => {
  it("has the dearest band on top, and what is given back below the line", () => {
    expect(stack({ peak: 30, off_peak: 10, intermediate: 20 })).toEqual([
      { band: "off_peak", from: 0, to: 10 },
      { band: "intermediate", from: 10, to: 30 },
      { band: "peak", from: 30, to: 60 },
    ]);
    expect(stack({ peak: -5, off_peak: 10 })).toEqual([{ band: "off_peak", from: 0, to: 10 }, { band: "peak", from: 0, to: -5 }]);
    expect(bandsOf([{ peak: 0 }, { off_peak: 3 }])).toEqual(["off_peak"]);
  });

  it("has a word below each n-th bar", () => {
    expect(labelStep(31, 10, [1, 2, 5, 7])).toBe(5);
    expect(labelStep(31, 3, [1, 2, 5])).toBe(11);
  });
});

describe("doubt", () => {
  it("is for what is missing more than for what is estimated", () => {
    const half = { measured: 0.5, interpolated: 0.1, estimated: 0.4 };
    expect(doubtOf(figures(10), 1, false).kind).toBe("known");
    expect(doubtOf(figures(10, { quality: half }), 1, false)).toEqual({ kind: "estimated", estimated: 0.4, interpolated: 0.1, missing_s: 0 });
    expect(doubtOf(figures(10, { quality: half, missing_s: 60 }), 1, false)).toMatchObject({ kind: "missing", missing_s: 60 });
    expect(doubtOf(figures(null, { missing_s: 900 }), 1, false)).toMatchObject({ kind: "nothing", missing_s: 900 });
  });

  it("is not for the present quarter hour, which is always a little behind", () => {
    expect(doubtOf(figures(10, { missing_s: 1700 }), 2, true).kind).toBe("known");
    expect(doubtOf(figures(10, { missing_s: 1900 }), 2, true).kind).toBe("missing");
    const point = { ...figures(10, { missing_s: 300 }), start: "2026-11-23T06:00:00Z", stop: "2026-11-23T06:15:00Z" };
    expect(barsOf([point], 1, Date.parse("2026-11-23T06:20:00Z"))[0]?.doubt.kind).toBe("known");
    expect(barsOf([point], 1, Date.parse("2026-11-23T06:31:00Z"))[0]?.doubt.kind).toBe("missing");
  });
});

describe("rows", () => {
  const row = (name: string, energy: number | null, change: number | null = null): GroupRow => ({
    key: name, name, detail: `m-${name}`, change, group: { total: figures(energy) } as EnergyGroup,
  });
  const names = (rows: readonly GroupRow[]): string => rows.map(({ name }) => name).join(" ");
  const rows = [row("b10", 5), row("b2", null), row("a", 7, -0.5), row("c", 5, 0.2)];

  it("are ordered by any figure, by name where it is equal; what is not known comes last either way", () => {
    expect(names(arrangeGroups(rows, "energy", true, "", "en"))).toBe("a b10 c b2");
    expect(names(arrangeGroups(rows, "energy", false, "", "en"))).toBe("b10 c a b2");
    expect(names(arrangeGroups(rows, "name", false, "", "en"))).toBe("a b2 b10 c");
    expect(names(arrangeGroups(rows, "change", false, "", "en"))).toBe("a c b2 b10");
  });

  it("pass where every word is in the name or the code", () => {
    expect(names(arrangeGroups(rows, "name", false, "M- b", "en"))).toBe("b2 b10");
  });

  it("have no change against nothing", () => {
    expect(changeOf(110, 100)).toBeCloseTo(0.1);
    for (const earlier of [0, null, undefined]) expect(changeOf(110, earlier)).toBeNull();
  });
});

describe("the demand of a period", () => {
  const peak = (maximum: number, start: string): DemandPeak => ({ window: "fixed", maximum, start, stop: start, measured: 1, share_of_contract: null });
  const month = (meter: string, fixed: DemandPeak | null, sliding: DemandPeak | null = null): MonthDemand =>
    ({ meter, unit: "kW", fixed, sliding, contract_kw: null, contract_window: null, forecast: null }) as MonthDemand;

  it("is the highest of its months, the earliest of equals, in the window of the contract", () => {
    const found = demandOf([
      month("s/a", peak(80, "1")),
      month("s/a", peak(90, "2")),
      month("s/a", peak(90, "3")),
      { ...month("s/b", peak(50, "1"), peak(55, "2")), contract_window: "sliding", contract_kw: 60 },
      month("s/c", null),
    ]);
    expect(found.map(({ meter, peak: highest }) => [meter, highest?.maximum, highest?.start])).toEqual([
      ["s/b", 55, "2"], ["s/a", 90, "2"], ["s/c", undefined, undefined],
    ]);
  });
});
