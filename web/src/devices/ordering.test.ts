import { describe, expect, it } from "vitest";
import type { Device, Point, Space } from "../api/types";
import { buildSiteModel } from "../registry/site_model";
import { DEFAULT_QUERY, NO_BUILDING, readListQuery, sortedBy, writeListQuery, type ListQuery } from "./list_query";
import { arrange, listingsOf, type Facts } from "./ordering";
import type { DeviceState } from "./status";

const space = (path: string, name: string, parent: string | null = null): Space => ({
  id: `s/${path}`, site: "s", path, code: path.split("/").at(-1) ?? path, kind: parent === null ? "building" : "floor",
  name, name_zh: null, parent, floor_area_m2: null, retired_at: null,
});
const device = (code: string, name: string, kind: string, place: string | null): Device => ({
  id: `s/${code}`, site: "s", code, name, name_zh: null, template: kind, kind, space: place, org_unit: null, equipment: null,
  gateway: null, future_limit_s: 300, points: 1, last_reading_at: null, last_seen_at: null, online: null, online_since: null,
  retired_at: null,
});
const power = (code: string): Point => ({
  id: `s/${code}/active_power_kw`, site: "s", device: code, key: "active_power_kw", name: "Active power", name_zh: null,
  device_name: code, device_name_zh: null, device_kind: null, space: null, quantity: "active_power", unit: "kW",
  sent_unit: "kW", kind: "gauge", minimum: null, maximum: null, expected_interval_s: 1, states: null, retired_at: null,
});

const model = buildSiteModel({
  site: { code: "s", name: "Site", name_zh: null, time_zone: "Asia/Shanghai", latitude: null, longitude: null },
  spaces: [space("b1", "Hall"), space("b1/f2", "Second floor", "b1"), space("b2", "Office")],
  power: [],
  org_units: [],
  devices: [
    device("pump-10", "Pump 10", "pump", "b1/f2"),
    device("pump-2", "Pump 2", "pump", "b1"),
    device("chiller-1", "Chiller 1", "chiller", "b2"),
    device("weather", "Weather station", "weather_station", null),
  ],
  points: [power("pump-10"), power("pump-2"), power("chiller-1")],
});
const states: Record<string, DeviceState> = { "pump-10": "stale", "pump-2": "fresh", "chiller-1": "fresh", weather: "offline" };
const powers: Record<string, number> = { "pump-10": 4, "pump-2": 9, "chiller-1": -1 };
const facts: Facts = {
  status: ({ device: { code } }) => ({ state: states[code] ?? "missing", age_s: code === "weather" ? 900 : 30, stale_points: 0 }),
  power_kw: ({ device: { code } }) => powers[code] ?? null,
};
const listed = (query: Partial<ListQuery>): string[] =>
  arrange(listingsOf(model, "en"), { ...DEFAULT_QUERY, ...query }, facts).map((entry) => entry.device.code);

describe("the list of devices", () => {
  it("shows the worst first, then by name with numbers in their order", () => {
    expect(listed({})).toEqual(["weather", "pump-10", "chiller-1", "pump-2"]);
    expect(listed({ sort: "name" })).toEqual(["chiller-1", "pump-2", "pump-10", "weather"]);
  });

  it("keeps what has no power last in both directions", () => {
    expect(listed({ sort: "power", descending: true })).toEqual(["pump-2", "pump-10", "chiller-1", "weather"]);
    expect(listed({ sort: "power" })).toEqual(["chiller-1", "pump-10", "pump-2", "weather"]);
  });

  it("is filtered by every word, kind, building and state together", () => {
    expect(listed({ text: "PUMP second" })).toEqual(["pump-10"]);
    expect(listed({ kind: "pump", state: "fresh" })).toEqual(["pump-2"]);
    expect(listed({ building: "b1" })).toEqual(["pump-10", "pump-2"]);
    expect(listed({ building: NO_BUILDING })).toEqual(["weather"]);
  });

  it("orders by age without shuffling what is fresh", () => {
    expect(listed({ sort: "age", descending: true })).toEqual(["weather", "pump-10", "chiller-1", "pump-2"]);
  });
});

describe("the address of a list", () => {
  it("holds the filter and nothing that is the default", () => {
    const query: ListQuery = { text: "pump 2", state: "stale", kind: "pump", building: "b1", sort: "power", descending: true };
    expect(readListQuery(writeListQuery(query, new URLSearchParams("device=m-1")))).toEqual(query);
    expect(writeListQuery(DEFAULT_QUERY, new URLSearchParams("device=m-1&q=x")).toString()).toBe("device=m-1");
  });

  it("forgives what it cannot read", () => {
    expect(readListQuery(new URLSearchParams("state=purple&sort=-nonsense"))).toMatchObject({ state: null, sort: "state" });
  });

  it("turns round on a second press", () => {
    const once = sortedBy(DEFAULT_QUERY, "power");
    expect(once).toMatchObject({ sort: "power", descending: true });
    expect(sortedBy(once, "power").descending).toBe(false);
  });
});
