/** Which device tells what a machine is doing: the one with a point of states; the first, where several have one. */
import type { Point } from "../api/types";
import type { DeviceEntry, SiteModel } from "../registry/site_model";

export function devicesOf({ devices }: SiteModel, machine: string): readonly DeviceEntry[] {
  return devices.filter(({ device }) => device.equipment === machine);
}

export function statePoint(devices: readonly DeviceEntry[]): Point | null {
  const points = devices.flatMap(({ points: all }) => all).filter(({ kind }) => kind === "state");
  return points.find(({ key }) => key === "state") ?? null;
}
