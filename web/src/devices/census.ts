/**
 * The state of every device of a site, taken once a second.
 *
 * Judging 20,000 points takes about two milliseconds, so it is done for all of them: the counts above the list, the
 * filter by state and the rows then never disagree. Between two seconds nothing is judged, however fast readings come.
 */
import { computed, type ReadonlySignal } from "@preact/signals";
import { now_ms } from "../live/clock";
import { dependOn } from "../live/depend";
import type { LiveValues } from "../live/values";
import type { SiteModel } from "../registry/site_model";
import { deviceStatus, type Connectivity, type DeviceState, type DeviceStatus } from "./status";

export interface Census {
  readonly statuses: ReadonlyMap<string, DeviceStatus>;
  readonly counts: Readonly<Record<DeviceState, number>>;
}

export type ConnectivityByDevice = ReadonlyMap<string, Connectivity>;

export function takeCensus(
  model: SiteModel,
  values: LiveValues,
  connectivity: ConnectivityByDevice,
  at_ms: number,
): Census {
  const statuses = new Map<string, DeviceStatus>();
  const counts: Record<DeviceState, number> = { fresh: 0, partly: 0, stale: 0, offline: 0, missing: 0 };
  const latest = (id: string) => values.latest(id);
  for (const { device, points } of model.devices) {
    const status = deviceStatus(points, latest, connectivity.get(device.code), at_ms);
    statuses.set(device.code, status);
    counts[status.state] += 1;
  }
  return { statuses, counts };
}

/** What each device said of itself when the registry was read; the stream's events change it from then on. */
export function registeredConnectivity(model: SiteModel): ConnectivityByDevice {
  const known = model.devices.flatMap(({ device }): [string, Connectivity][] =>
    device.online === null ? [] : [[device.code, { online: device.online, since_ms: Date.parse(device.online_since ?? "") }]],
  );
  return new Map(known);
}

export function followCensus(
  model: SiteModel,
  values: LiveValues,
  connectivity: ReadonlySignal<ConnectivityByDevice>,
  snapshots: ReadonlySignal<number>,
): ReadonlySignal<Census> {
  return computed(() => {
    // A snapshot is judged at once: a page that has just opened does not show a second of "no data".
    dependOn(snapshots);
    return takeCensus(model, values, connectivity.value, now_ms.value);
  });
}
