/**
 * What the list shows: the states with their counts (a press filters), a search, kind and building, and the export of
 * exactly what is listed. The number of devices that pass is read out when it changes.
 */
import type { ListQuery } from "../../devices/list_query";
import { COLUMNS, DEFAULT_QUERY, NO_BUILDING, sortedBy, type Column } from "../../devices/list_query";
import { STATES_BY_SEVERITY, type DeviceState } from "../../devices/status";
import { formatCount } from "../../format/number";
import { kindName, named, words } from "../../i18n";
import type { DeviceEntry, SiteModel } from "../../registry/site_model";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { Icon } from "../../ui/icon";
import { SearchField } from "../../ui/search_field";
import { exportDevices } from "./device_export";
import "../../ui/list_filters.css";
import "./device_filters.css";

export interface DeviceFiltersProps {
  readonly query: ListQuery;
  readonly change: (query: ListQuery) => void;
  readonly entries: readonly DeviceEntry[];
}

export function DeviceFilters({ query, change, entries }: DeviceFiltersProps) {
  const { session, view } = useSite();
  const text = words.value.devices;
  const filtered = query.text !== "" || query.state !== null || query.kind !== null || query.building !== null;
  return (
    <div class="list-filters device-filters">
      <div class="device-filters-title">
        <h2 id="devices-title">{text.title}</h2>
        <p class="device-filters-count" role="status">{text.shown(entries.length, view.model.devices.length)}</p>
      </div>
      <StateFilter query={query} change={change} />
      <div class="list-filters-fields" role="search">
        <SearchField label={text.search} hint={text.searchHint} value={query.text} change={(typed) => { change({ ...query, text: typed }); }} />
        <select class="field" aria-label={text.kind} value={query.kind ?? ""} onChange={(event) => { change({ ...query, kind: event.currentTarget.value || null }); }}>
          <option value="">{text.anyKind}</option>
          {kindsOf(view.model).map((kind) => <option key={kind} value={kind}>{kindName(kind)}</option>)}
        </select>
        <select class="field" aria-label={text.building} value={query.building ?? ""} onChange={(event) => { change({ ...query, building: event.currentTarget.value || null }); }}>
          <option value="">{text.anyBuilding}</option>
          {view.model.top.map(({ space }) => <option key={space.path} value={space.path}>{named(space)}</option>)}
          <option value={NO_BUILDING}>{text.noBuilding}</option>
        </select>
        <select class="field list-filters-sort" aria-label={text.sort} value={query.sort} onChange={(event) => { change(sortedBy(query, columnOf(event.currentTarget.value))); }}>
          {COLUMNS.map((column) => <option key={column} value={column}>{text.sortBy(text.columns[column])}</option>)}
        </select>
        {filtered ? (
          <button type="button" class="button button-plain" onClick={() => { change({ ...DEFAULT_QUERY, sort: query.sort, descending: query.descending }); }}>
            <Icon name="close" />
            {text.clearFilters}
          </button>
        ) : null}
        <button type="button" class="button" onClick={() => { exportDevices(session, view, entries); }}>
          <Icon name="download" />
          {text.exportCsv}
        </button>
      </div>
    </div>
  );
}

function StateFilter({ query, change }: Pick<DeviceFiltersProps, "query" | "change">) {
  const { view } = useSite();
  const { counts } = view.census.value;
  const shown = STATES_BY_SEVERITY.filter((state) => counts[state] > 0 || state === query.state);
  return (
    <div class="state-filter" role="group" aria-label={words.value.devices.stateFilter}>
      {shown.map((state: DeviceState) => (
        <button
          key={state}
          type="button"
          class="button state-filter-button"
          data-state={state}
          aria-pressed={query.state === state}
          onClick={() => { change({ ...query, state: query.state === state ? null : state }); }}
        >
          <Icon name={state} />
          {words.value.state[state]} <b>{formatCount(counts[state], locale.value)}</b>
        </button>
      ))}
    </div>
  );
}

function columnOf(text: string): Column {
  return COLUMNS.find((column) => column === text) ?? DEFAULT_QUERY.sort;
}

function kindsOf(model: SiteModel): string[] {
  return [...new Set(model.devices.map(({ device }) => device.kind ?? "none"))].sort();
}
