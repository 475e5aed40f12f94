/**
 * The listed devices as CSV, with the values they show: one row a device, instants in UTC, powers in kW, key values
 * with their unit beside them. The names of the columns are English in both languages: programs read them.
 */
import { placeName } from "../../devices/ordering";
import { named } from "../../i18n";
import type { DeviceEntry } from "../../registry/site_model";
import type { SiteSession, SiteView } from "../../session/site_session";
import { stateText } from "../../devices/state_text";
import { saveCsv, type Cell } from "../../ui/csv";

const KEY_VALUES = [1, 2, 3] as const;
const HEAD: readonly string[] = [
  "code", "name", "kind", "place", "state", "last_reading_at", "age_s", "active_power_kw",
  ...KEY_VALUES.flatMap((number) => [`key_value_${number}_name`, `key_value_${number}`, `key_value_${number}_unit`]),
];

export function exportDevices(session: SiteSession, view: SiteView, entries: readonly DeviceEntry[]): void {
  saveCsv(`devices-${session.code}`, [HEAD, ...entries.map((entry) => deviceCells(session, view, entry))]);
}

function deviceCells(session: SiteSession, view: SiteView, entry: DeviceEntry): Cell[] {
  const { device, power, points, key_points } = entry;
  const status = view.census.peek().statuses.get(device.code);
  const newest_ms = Math.max(...points.map((point) => session.values.latest(point.id)?.time_ms ?? -Infinity));
  const figures = KEY_VALUES.flatMap((number): Cell[] => {
    const point = key_points[number - 1];
    const value = point === undefined ? null : (session.values.latest(point.id)?.value ?? null);
    return point === undefined ? [null, null, null] : [named(point), stateText(point, value) ?? value, point.unit];
  });
  return [
    device.code,
    named(device),
    device.kind,
    placeName(entry),
    status?.state ?? null,
    Number.isFinite(newest_ms) ? new Date(newest_ms).toISOString() : null,
    status === undefined || status.age_s === null ? null : Math.round(status.age_s),
    power === null ? null : (session.values.latest(power.id)?.value ?? null),
    ...figures,
  ];
}
