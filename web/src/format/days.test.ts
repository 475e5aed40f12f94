import { expect, it } from "vitest";
import { daysUntil } from "./days";

it("counts local days by the calendar, over the turn of a year and a leap day", () => {
  expect(daysUntil("2026-11-24", "2026-11-24")).toBe(0);
  expect(daysUntil("2027-02-24", "2026-11-24")).toBe(92);
  expect(daysUntil("2027-11-24", "2026-11-24")).toBe(365);
  expect(daysUntil("2028-03-01", "2028-02-28")).toBe(2);
  expect(daysUntil("2026-11-20", "2026-11-24")).toBe(-4);
});
