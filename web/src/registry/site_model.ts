/**
 * The registry of one site, joined for reading: each device with its points, its place and its building; each place
 * with the places below it. Built anew whenever the registry changes; it holds no live value.
 */
import type { Device, OrgUnit, Point, Site, Space, SpacePower } from "../api/types";
import { keyPoints, powerPoint } from "../devices/key_points";
import type { PowerPoint } from "../power/sum";

export interface Place {
  readonly space: Space;
  readonly building: Place | null;
  readonly parent: Place | null;
  readonly below: readonly Place[];
  readonly power_points: readonly PowerPoint[];
}

export interface DeviceEntry {
  readonly device: Device;
  readonly place: Place | null;
  readonly points: readonly Point[];
  readonly power: Point | null;
  readonly key_points: readonly Point[];
}

export interface SiteModel {
  readonly site: Site;
  readonly power_points: readonly PowerPoint[];
  readonly places: ReadonlyMap<string, Place>;
  /** Places directly below the site. */
  readonly top: readonly Place[];
  readonly org_units: ReadonlyMap<string, OrgUnit>;
  readonly devices: readonly DeviceEntry[];
  readonly device: ReadonlyMap<string, DeviceEntry>;
}

export interface Registry {
  readonly site: Site;
  readonly spaces: readonly Space[];
  /** The points whose sum is the live power of each space; of space null, of the site. The service decides which. */
  readonly power: readonly SpacePower[];
  readonly org_units: readonly OrgUnit[];
  readonly devices: readonly Device[];
  readonly points: readonly Point[];
}

interface PlaceDraft extends Place {
  readonly below: Place[];
}

export function buildSiteModel(registry: Registry): SiteModel {
  const point = new Map(registry.points.map((row) => [row.id, row]));
  const ids = new Map(registry.power.map((row) => [row.space, row.points]));
  const measured = (path: string | null): PowerPoint[] => (ids.get(path) ?? []).flatMap((id) => point.get(id) ?? []);
  const places = buildPlaces(registry.spaces, measured);
  const pointsOf = new Map<string, Point[]>(registry.devices.map((device) => [device.code, []]));
  for (const row of registry.points) pointsOf.get(row.device)?.push(row);
  const devices = registry.devices.map((device): DeviceEntry => {
    const points = pointsOf.get(device.code) ?? [];
    return {
      device,
      place: places.get(device.space ?? "") ?? null,
      points,
      power: powerPoint(points),
      key_points: keyPoints(points),
    };
  });
  return {
    site: registry.site,
    power_points: measured(null),
    places,
    top: [...places.values()].filter((place) => place.parent === null),
    org_units: new Map(registry.org_units.map((unit) => [unit.path, unit])),
    devices,
    device: new Map(devices.map((entry) => [entry.device.code, entry])),
  };
}

function buildPlaces(spaces: readonly Space[], measured: (path: string) => PowerPoint[]): Map<string, PlaceDraft> {
  const places = new Map<string, PlaceDraft>();
  // A path is its parent's path and a code, so parents come first when sorted by length.
  for (const space of [...spaces].sort((a, b) => a.path.split("/").length - b.path.split("/").length)) {
    const parent = places.get(space.parent ?? "") ?? null;
    const place: PlaceDraft = { space, parent, building: parent?.building ?? parent, below: [], power_points: measured(space.path) };
    parent?.below.push(place);
    places.set(space.path, place);
  }
  return places;
}

/** The top place that a place belongs to: itself, where it stands directly below the site. */
export function topOf(place: Place): Place {
  return place.building ?? place;
}
