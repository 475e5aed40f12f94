import { describe, expect, it } from "vitest";
import { DEFAULT_QUERY, queryDays, readEnergyQuery, sortedBy, writeEnergyQuery, type EnergyQuery } from "./query";

const read = (text: string): EnergyQuery => readEnergyQuery(new URLSearchParams(text));
const written = (query: EnergyQuery, address = ""): string => writeEnergyQuery(query, new URLSearchParams(address)).toString();

describe("the address", () => {
  it("says what is on the screen and nothing that goes without saying", () => {
    const text = "period=custom&from=2026-11-01&to=2026-11-15&carrier=water&by=meter&space=b1%2Ff1&sort=-cost&q=pump";
    expect(written(read(text))).toBe(text);
    expect(written(DEFAULT_QUERY, "site=kunshan")).toBe("site=kunshan");
  });

  it("falls back to the default where it cannot be read", () => {
    for (const dates of ["from=2026-11-15&to=2026-11-01", "from=2026-02-30&to=2026-03-05", "from=yesterday", ""]) {
      expect(read(`period=custom&${dates}&by=colour&sort=taste`)).toEqual({ ...DEFAULT_QUERY, descending: false });
    }
  });

  it("of the calendar's periods follows the calendar", () => {
    expect(queryDays(read("period=yesterday"), "2026-11-23")).toEqual({ first: "2026-11-22", stop: "2026-11-23" });
  });
});

describe("a press on a column", () => {
  it("shows the highest first, names from A, and turns round the second time", () => {
    expect(sortedBy(DEFAULT_QUERY, "cost")).toMatchObject({ sort: "cost", descending: true });
    expect(sortedBy(DEFAULT_QUERY, "name")).toMatchObject({ sort: "name", descending: false });
    expect(sortedBy(sortedBy(DEFAULT_QUERY, "cost"), "cost")).toMatchObject({ sort: "cost", descending: false });
  });
});
