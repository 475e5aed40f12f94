/**
 * What a list of devices shows and in which order: read from the address, written back to it.
 *
 *   #/devices?q=chiller&state=stale&kind=pump&in=b1&sort=-power
 *
 * So a filter survives a reload, the back button undoes it, and a colleague can be sent it. What equals the default is
 * left out of the address; what cannot be read is the default.
 */
import { STATES_BY_SEVERITY, type DeviceState } from "./status";

export const COLUMNS = ["state", "name", "kind", "place", "power", "age"] as const;
export type Column = (typeof COLUMNS)[number];

/** In the filter by building: devices that are in none. */
export const NO_BUILDING = "-";

export interface ListQuery {
  readonly text: string;
  readonly state: DeviceState | null;
  readonly kind: string | null;
  readonly building: string | null;
  readonly sort: Column;
  readonly descending: boolean;
}

export const DEFAULT_QUERY: ListQuery = { text: "", state: null, kind: null, building: null, sort: "state", descending: false };

export function readListQuery(query: URLSearchParams): ListQuery {
  const sort = query.get("sort") ?? "";
  const state = query.get("state");
  return {
    text: query.get("q") ?? "",
    state: STATES_BY_SEVERITY.find((known) => known === state) ?? null,
    kind: query.get("kind"),
    building: query.get("in"),
    sort: COLUMNS.find((column) => column === sort.replace(/^-/, "")) ?? DEFAULT_QUERY.sort,
    descending: sort.startsWith("-"),
  };
}

/** Other parameters of the address (the open panel) stay. */
export function writeListQuery(list: ListQuery, address: URLSearchParams): URLSearchParams {
  const query = new URLSearchParams(address);
  const put = (name: string, value: string | null): void => {
    if (value === null || value === "") query.delete(name);
    else query.set(name, value);
  };
  const sort = (list.descending ? "-" : "") + list.sort;
  put("q", list.text);
  put("state", list.state);
  put("kind", list.kind);
  put("in", list.building);
  put("sort", sort === DEFAULT_QUERY.sort ? null : sort);
  return query;
}

/** A press on a column's head: this column, or if it is this one already, the other way round. */
export function sortedBy(list: ListQuery, column: Column): ListQuery {
  if (list.sort !== column) return { ...list, sort: column, descending: column === "power" };
  return { ...list, descending: !list.descending };
}
