/**
 * The list of devices: filters above, a sortable table of those that pass, only the rows on the screen in the document.
 *
 * The order follows live values at most every five seconds, and only where it is an order by a live value: a row that
 * jumps away from under the pointer helps nobody.
 */
import { computed, useComputed, type ReadonlySignal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { arrange, listingsOf, type Facts, type Listing } from "../../devices/ordering";
import { readListQuery, writeListQuery, type ListQuery } from "../../devices/list_query";
import { words } from "../../i18n";
import { now_ms } from "../../live/clock";
import { dependOn } from "../../live/depend";
import type { DeviceEntry } from "../../registry/site_model";
import { useSite, type OpenSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { go, route, routeHref } from "../../shell/router";
import { useWindowRows } from "../../ui/window_rows";
import { DeviceFilters } from "./device_filters";
import { DeviceRow } from "./device_row";
import { ListHead } from "./list_head";
import { useRowKeys } from "./row_keys";
import "../../ui/list.css";
import "./device_list.css";
import "./device_list_narrow.css";

const ORDER_HELD_MS = 5000;

export function DeviceList() {
  const site = useSite();
  const query = useComputed(() => readListQuery(route.value.query));
  const listings = useMemo(() => listingsOf(site.view.model, locale.value), [site.view.model, locale.value]);
  const shown = useArranged(site, listings, query);
  const list = useRef<HTMLDivElement>(null);
  const entries = shown.value;
  const rows = useWindowRows(list, entries.length).value;
  const keys = useRowKeys(list, entries.length);
  const change = (next: ListQuery): void => {
    const { path, query: address } = route.peek();
    go(routeHref(path, writeListQuery(next, address)), true);
  };
  const text = words.value.devices;

  return (
    <section class="device-list" aria-labelledby="devices-title">
      <DeviceFilters query={query.value} change={change} entries={entries} />
      <div class="list" role="table" aria-labelledby="devices-title" aria-rowcount={entries.length + 1}>
        <ListHead query={query.value} change={change} />
        <div class="list-rows device-rows" role="rowgroup" ref={list} onKeyDown={keys.press}>
          {entries.slice(rows.first, rows.end).map((entry, index) => (
            <DeviceRow key={entry.device.code} entry={entry} index={rows.first + index} />
          ))}
        </div>
      </div>
      {entries.length > 0 ? null : (
        <div class="list-none">
          <p>{text.noneMatch}</p>
          <button type="button" class="button" onClick={() => { change({ ...query.value, text: "", state: null, kind: null, building: null }); }}>
            {text.clearFilters}
          </button>
        </div>
      )}
    </section>
  );
}

/** The entries in order; the same array as long as nothing in it has changed, so that only a real change redraws. */
function useArranged(
  { session, view }: OpenSite,
  listings: readonly Listing[],
  query: ReadonlySignal<ListQuery>,
): ReadonlySignal<readonly DeviceEntry[]> {
  return useMemo(() => {
    const slow = computed(() => Math.floor(now_ms.value / ORDER_HELD_MS));
    let held: readonly DeviceEntry[] = [];
    return computed(() => {
      const { sort, state } = query.value;
      if (sort === "power" || sort === "age") dependOn(slow);
      const census = sort === "state" || state !== null ? view.census.value : view.census.peek();
      const facts: Facts = {
        status: ({ device }) => census.statuses.get(device.code),
        power_kw: ({ power }) => (power === null ? null : (session.values.latest(power.id)?.value ?? null)),
      };
      const next = arrange(listings, query.value, facts);
      const same = next.length === held.length && next.every((entry, index) => entry === held[index]);
      if (!same) held = next;
      return held;
    });
  }, [session, view, listings, query]);
}
