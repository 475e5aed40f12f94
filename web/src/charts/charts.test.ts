import { describe, expect, it } from "vitest";
import { areaPath, linePath } from "./path";
import { calm, extentOf, roundTicks, tickDecimals, timeTicks } from "./scale";

const HOUR_MS = 3_600_000;

describe("axes", () => {
  it("stand on round figures that cover the extent", () => {
    expect(roundTicks({ low: 3.2, high: 17.9 }, 5)).toEqual([0, 5, 10, 15, 20]);
    expect(roundTicks({ low: -40, high: 40 }, 4)).toEqual([-40, -20, 0, 20, 40]);
    expect(roundTicks({ low: 5, high: 5 }, 4).length).toBeGreaterThan(1);
  });

  it("write each figure of an axis with as many decimals as their step needs", () => {
    expect(tickDecimals([0, 5, 10])).toBe(0);
    expect(tickDecimals([0.58, 0.59, 0.6])).toBe(2);
    expect(tickDecimals([0.1, 0.3, 0.5])).toBe(1);
  });

  it("do not blow up noise", () => {
    expect(calm({ low: 999, high: 1001 }, 0.1)).toEqual({ low: 949.95, high: 1050.05 });
    expect(calm({ low: 0, high: 10 }, 0.1)).toEqual({ low: 0, high: 10 });
    expect(calm({ low: 0, high: 0 }, 0.1)).toEqual({ low: -0.5, high: 0.5 });
  });

  it("know no extent without a value", () => {
    expect(extentOf([null, null])).toBeNull();
    expect(extentOf([null, 2, -1])).toEqual({ low: -1, high: 2 });
  });

  it("mark the site's own midnight, not Greenwich's", () => {
    const noon_ms = Date.UTC(2026, 10, 23, 4);
    const ticks = timeTicks(noon_ms - 48 * HOUR_MS, noon_ms, 4, "Asia/Shanghai");
    expect(ticks.map((tick) => new Date(tick).toISOString())).toEqual([
      "2026-11-21T04:00:00.000Z",
      "2026-11-21T16:00:00.000Z",
      "2026-11-22T04:00:00.000Z",
      "2026-11-22T16:00:00.000Z",
      "2026-11-23T04:00:00.000Z",
    ]);
  });

  it("keep round local hours over the end of daylight-saving time", () => {
    const from_ms = Date.UTC(2024, 10, 3, 0);
    const hours = timeTicks(from_ms, from_ms + 24 * HOUR_MS, 8, "America/New_York").map((tick) =>
      new Intl.DateTimeFormat("en-GB", { timeZone: "America/New_York", hour: "2-digit", minute: "2-digit" }).format(tick),
    );
    expect(hours.every((text) => /^(00|03|06|09|12|15|18|21):00$/.test(text))).toBe(true);
  });
});

describe("lines", () => {
  const points = [{ x: 0, y: 1 }, { x: 1, y: 2 }, { x: 2, y: null }, { x: 3, y: 4 }];

  it("have a gap where nothing is known, and a lone value is a dot", () => {
    expect(linePath(points)).toBe("M0 1L1 2M3 4h0.01");
  });

  it("close each piece down to the baseline", () => {
    expect(areaPath(points, 10)).toBe("M0 1L1 2L1 10L0 10ZM3 4L3 10L3 10Z");
  });
});
