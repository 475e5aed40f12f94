/**
 * Which of a device's points say most about it, for a row that has room for a few.
 *
 * Active power has a column of its own. Of the rest, the points that say what a machine is for come first, by key; then
 * one of each quantity, so that three phase voltages do not crowd out everything else. Both orders are tables, and
 * adding a machine or a quantity is a line in one of them.
 */
import type { Point } from "../api/types";

const ROOM = 3;
const POWER_KEY = "active_power_kw";

const KEYS_BY_WEIGHT: readonly string[] = [
  "state",
  "discharge_pressure_bar",
  "element_outlet_degc",
  "room_degc",
  "room_humidity_percent",
  "chw_outlet_degc",
  "cop",
  "basin_degc",
  "water_outlet_degc",
  "tank_degc",
  "supply_degc",
  "temperature_degc",
  "soc_percent",
  "flow_m3_h",
  "thermal_power_kw",
  "cooling_power_kw",
];

const QUANTITIES_BY_WEIGHT: readonly string[] = [
  "state",
  "pressure",
  "temperature",
  "humidity",
  "flow",
  "normal_flow",
  "mass_flow",
  "thermal_power",
  "ratio",
  "speed",
  "vibration",
  "irradiance",
  "current",
  "power_factor",
  "energy",
  "volume",
  "normal_volume",
  "mass",
  "thermal_energy",
  "voltage",
  "duration",
];

export function powerPoint(points: readonly Point[]): Point | null {
  return points.find((point) => point.key === POWER_KEY) ?? null;
}

export function keyPoints(points: readonly Point[]): readonly Point[] {
  const chosen = new Map<string, Point>();
  for (const point of [...points].sort((a, b) => weight(a) - weight(b))) {
    if (point.quantity !== "active_power" && !chosen.has(point.quantity)) chosen.set(point.quantity, point);
  }
  return [...chosen.values()].slice(0, ROOM);
}

function weight({ key, quantity }: Point): number {
  const byKey = KEYS_BY_WEIGHT.indexOf(key);
  if (byKey >= 0) return byKey;
  const byQuantity = QUANTITIES_BY_WEIGHT.indexOf(quantity);
  // What a meter imported says more than what it exported.
  const last = key.startsWith("export_") ? 0.5 : 0;
  return KEYS_BY_WEIGHT.length + (byQuantity >= 0 ? byQuantity : QUANTITIES_BY_WEIGHT.length) + last;
}
