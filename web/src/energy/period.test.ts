import { describe, expect, it } from "vitest";
import { before, daysOf, localDate, midnight_ms, resolutionOf } from "./period";

const KUNSHAN = "Asia/Shanghai";
const at = (time: string): number => Date.parse(time);

describe("the calendar's periods", () => {
  it("begin and end with the site's days", () => {
    expect(localDate(at("2026-11-22T16:30:00Z"), KUNSHAN)).toBe("2026-11-23");
    expect(daysOf("today", "2026-11-23")).toEqual({ first: "2026-11-23", stop: "2026-11-24" });
    expect(daysOf("yesterday", "2026-03-01")).toEqual({ first: "2026-02-28", stop: "2026-03-01" });
    expect(daysOf("month", "2026-12-31")).toEqual({ first: "2026-12-01", stop: "2027-01-01" });
    expect(daysOf("last_month", "2026-01-15")).toEqual({ first: "2025-12-01", stop: "2026-01-01" });
  });

  it("are drawn by quarter hours, hours, days or months", () => {
    const lengths = [["2026-11-24", "15m"], ["2026-11-30", "hour"], ["2026-12-23", "day"], ["2027-11-23", "month"]] as const;
    for (const [stop, resolution] of lengths) expect(resolutionOf({ first: "2026-11-23", stop })).toBe(resolution);
  });

  it("begin at midnight also on the days on which the clock changes", () => {
    expect(midnight_ms("2026-03-29", "Europe/Berlin")).toBe(at("2026-03-28T23:00:00Z"));
    expect(midnight_ms("2026-03-30", "Europe/Berlin")).toBe(at("2026-03-29T22:00:00Z"));
    expect(midnight_ms("2026-10-26", "Europe/Berlin")).toBe(at("2026-10-25T23:00:00Z"));
  });
});

describe("what a period is compared with", () => {
  const long_after = at("2027-06-01T00:00:00Z");

  it("is as many days, or months, before it", () => {
    expect(before({ first: "2026-11-10", stop: "2026-11-13" }, long_after, KUNSHAN)).toEqual({ from: "2026-11-07", to: "2026-11-10" });
    expect(before({ first: "2026-03-01", stop: "2026-04-01" }, long_after, KUNSHAN)).toEqual({ from: "2026-02-01", to: "2026-03-01" });
  });

  it("is the part that has passed while the period runs, to the quarter hour", () => {
    const now_ms = at("2026-11-23T06:52:00Z"); // 14:52 in Kunshan
    expect(before({ first: "2026-11-23", stop: "2026-11-24" }, now_ms, KUNSHAN)).toEqual({ from: "2026-11-22", to: "2026-11-22T06:45:00.000Z" });
    expect(before({ first: "2026-11-01", stop: "2026-12-01" }, now_ms, KUNSHAN)).toEqual({ from: "2026-10-01", to: "2026-10-23T06:45:00.000Z" });
  });

  it("ends where the period begins: on 30 March there is no 30 February", () => {
    const now_ms = at("2026-03-30T06:00:00Z");
    expect(before({ first: "2026-03-01", stop: "2026-04-01" }, now_ms, KUNSHAN)).toEqual({ from: "2026-02-01", to: "2026-03-01" });
  });
});
