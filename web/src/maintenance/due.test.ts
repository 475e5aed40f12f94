import { describe, expect, it } from "vitest";
import { monthAfter, weeksOf } from "./due";

describe("the months of the calendar", () => {
  it("go on over the turn of a year", () => {
    expect(monthAfter("2026-12", 1)).toBe("2027-01");
    expect(monthAfter("2026-01", -1)).toBe("2025-12");
  });

  it("have whole weeks from Monday, with every day once", () => {
    for (const [month, days, firstAt] of [["2026-02", 28, 6], ["2024-02", 29, 3], ["2026-06", 30, 0], ["2026-11", 30, 6]] as const) {
      const weeks = weeksOf(month);
      expect(weeks.every((week) => week.length === 7)).toBe(true);
      expect(weeks.flat().filter((day) => day !== null)).toHaveLength(days);
      expect(weeks.flat().indexOf(`${month}-01`)).toBe(firstAt);
    }
  });
});
