/**
 * Which of a device's points say most about it, for a row that has room for a few.
 *
 * Active power has a column of its own. Of the rest, a machine's state comes first, then what it is for (pressure,
 * temperature, flow ...), then electrical figures, then registers; one point of a quantity, so that three phase
 * voltages do not crowd out everything else. The order is a table, and adding a quantity is a line in it.
 */
import type { Point } from "../api/types";

const ROOM = 3;
const POWER_KEY = "active_power_kw";

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
  "voltage",
  "energy",
  "volume",
  "normal_volume",
  "mass",
  "thermal_energy",
  "duration",
];
const WEIGHT: ReadonlyMap<string, number> = new Map(QUANTITIES_BY_WEIGHT.map((quantity, index) => [quantity, index]));

export function powerPoint(points: readonly Point[]): Point | null {
  return points.find((point) => point.key === POWER_KEY) ?? null;
}

export function keyPoints(points: readonly Point[]): readonly Point[] {
  const weight = (point: Point): number => WEIGHT.get(point.quantity) ?? QUANTITIES_BY_WEIGHT.length;
  const chosen = new Map<string, Point>();
  for (const point of points) {
    if (point.quantity !== "active_power" && !chosen.has(point.quantity)) chosen.set(point.quantity, point);
  }
  return [...chosen.values()].sort((a, b) => weight(a) - weight(b)).slice(0, ROOM);
}
