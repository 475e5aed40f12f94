/**
 * Filters and orders the devices of a site.
 *
 * Comparing two Chinese names costs a thousand times more than comparing two numbers, so names are ranked once for a
 * registry and a language; every later order is one of numbers, with the name's rank where those are equal.
 */
import { localeTag, type Locale } from "../format/number";
import { kindName, named } from "../i18n";
import { topOf, type DeviceEntry, type SiteModel } from "../registry/site_model";
import { NO_BUILDING, type Column, type ListQuery } from "./list_query";
import { STATES_BY_SEVERITY, type DeviceStatus } from "./status";

export interface Listing {
  readonly entry: DeviceEntry;
  /** All by which it can be found, in lower case. */
  readonly searched: string;
  readonly ranks: Readonly<Record<"name" | "kind" | "place", number>>;
}

export interface Facts {
  readonly status: (entry: DeviceEntry) => DeviceStatus | undefined;
  readonly power_kw: (entry: DeviceEntry) => number | null;
}

export function placeName(entry: DeviceEntry): string {
  const names: string[] = [];
  for (let place = entry.place; place !== null; place = place.parent) names.unshift(named(place.space));
  return names.join(" · ");
}

export function listingsOf(model: SiteModel, locale: Locale): readonly Listing[] {
  const collator = new Intl.Collator(localeTag(locale), { numeric: true });
  const rank = (texts: readonly string[]): ReadonlyMap<string, number> =>
    new Map([...new Set(texts)].sort((a, b) => collator.compare(a, b)).map((text, index) => [text, index]));
  const rows = model.devices.map((entry) => ({
    entry,
    name: `${named(entry.device)} ${entry.device.code}`,
    kind: kindName(entry.device.kind),
    place: placeName(entry),
  }));
  const [names, kinds, places] = [rank(rows.map((row) => row.name)), rank(rows.map((row) => row.kind)), rank(rows.map((row) => row.place))];
  return rows.map(({ entry, name, kind, place }) => ({
    entry,
    searched: [entry.device.code, entry.device.name, entry.device.name_zh, entry.device.space, kind, place].join("\n").toLowerCase(),
    ranks: { name: names.get(name) ?? 0, kind: kinds.get(kind) ?? 0, place: places.get(place) ?? 0 },
  }));
}

export function arrange(listings: readonly Listing[], query: ListQuery, facts: Facts): readonly DeviceEntry[] {
  const words = query.text.toLowerCase().split(/\s+/);
  const key = sortKey(query.sort, facts);
  const sign = query.descending ? -1 : 1;
  return listings
    .filter((listing) => fits(listing, query, words, facts))
    .map((listing) => ({ listing, key: key(listing) }))
    .sort((a, b) => compareKeys(a.key, b.key, sign) || a.listing.ranks.name - b.listing.ranks.name)
    .map(({ listing }) => listing.entry);
}

function fits({ entry, searched }: Listing, query: ListQuery, words: readonly string[], facts: Facts): boolean {
  const building = entry.place === null ? NO_BUILDING : topOf(entry.place).space.path;
  return (
    (query.kind === null || (entry.device.kind ?? "none") === query.kind) &&
    (query.building === null || building === query.building) &&
    (query.state === null || facts.status(entry)?.state === query.state) &&
    words.every((word) => searched.includes(word))
  );
}

/** Unknown comes last, whichever way the order runs. */
function compareKeys(a: number | null, b: number | null, sign: number): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  return (a - b) * sign;
}

function sortKey(column: Column, facts: Facts): (listing: Listing) => number | null {
  switch (column) {
    case "state":
      return ({ entry }) => STATES_BY_SEVERITY.indexOf(facts.status(entry)?.state ?? "missing");
    case "power":
      return ({ entry }) => facts.power_kw(entry);
    case "age":
      return ({ entry }) => {
        const status = facts.status(entry);
        // Fresh ages change with every reading; among themselves they have no order worth jumping for.
        return status === undefined || status.state === "fresh" ? 0 : status.age_s;
      };
    case "name":
    case "kind":
    case "place":
      return ({ ranks }) => ranks[column];
  }
}
