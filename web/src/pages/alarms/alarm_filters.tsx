/** Which alarms are listed: by state and priority with their numbers, by system, machine, place and text; and the list as a file. */
import { useSignal } from "@preact/signals";
import { DEFAULT_QUERY, GROUPS, inGroup, isFiltered, passes, SORTS, sortedBy, WHERES, type AlarmQuery, type Sort, type Where } from "../../alarms/list_query";
import { isOfService, PRIORITIES, type Alarm, type Priority } from "../../alarms/model";
import { machineName, systemName } from "../../alarms/naming";
import { PriorityMark } from "../../alarms/priority_mark";
import { formatCount } from "../../format/number";
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { isNarrow } from "../../shell/narrow";
import { locale } from "../../shell/preferences";
import { Icon } from "../../ui/icon";
import { SearchField } from "../../ui/search_field";
import { exportAlarms } from "./alarm_export";
import "../../ui/list_filters.css";
import "./alarm_filters.css";

export interface AlarmFiltersProps {
  readonly query: AlarmQuery;
  readonly change: (query: AlarmQuery) => void;
  readonly alarms: readonly Alarm[];
  readonly shown: readonly Alarm[];
}

export function AlarmFilters({ query, change, alarms, shown }: AlarmFiltersProps) {
  const { session } = useSite();
  const text = words.value.alarms;
  const more = useSignal(isFiltered(query));
  return (
    <div class="list-filters">
      <GroupFilter query={query} change={change} alarms={alarms} />
      <PriorityFilter query={query} change={change} alarms={alarms} />
      {isNarrow.value ? (
        <button type="button" class="button" aria-expanded={more.value} onClick={() => { more.value = !more.value; }}>
          <Icon name={more.value ? "up" : "down"} />
          {text.filters.more}
        </button>
      ) : null}
      <div class="list-filters-fields" hidden={isNarrow.value && !more.value}>
        <SearchField label={text.filters.search} hint={text.filters.searchHint} value={query.text} change={(typed) => { change({ ...query, text: typed }); }} />
        <Selects query={query} change={change} alarms={alarms} />
        {isFiltered(query) ? (
          <button type="button" class="button button-plain" onClick={() => { change({ ...DEFAULT_QUERY, group: query.group, sort: query.sort, descending: query.descending }); }}>
            <Icon name="close" />
            {text.filters.clear}
          </button>
        ) : null}
        <button type="button" class="button" onClick={() => { exportAlarms(session.code, shown); }}>
          <Icon name="download" />
          {text.exportCsv}
        </button>
      </div>
      <p class="alarm-count" role="status">{text.shown(shown.length, alarms.length)}</p>
    </div>
  );
}

type FilterProps = Pick<AlarmFiltersProps, "query" | "change" | "alarms">;

function Selects({ query, change, alarms }: FilterProps) {
  const text = words.value.alarms;
  const systems = [...new Set([...alarms.map(({ system }) => system), ...(query.system === null ? [] : [query.system])])].sort();
  const machines = new Map(alarms.map((alarm) => [alarm.subject, isOfService(alarm) ? `${machineName(alarm)}: ${alarm.subject}` : machineName(alarm)]));
  if (query.machine !== null && !machines.has(query.machine)) machines.set(query.machine, query.machine);
  const names = new Intl.Collator(locale.value, { numeric: true });
  return (
    <>
      <select class="field" aria-label={text.filters.system} value={query.system ?? ""} onChange={(event) => { change({ ...query, system: event.currentTarget.value || null }); }}>
        <option value="">{text.filters.anySystem}</option>
        {systems.map((system) => <option key={system} value={system}>{systemName(system)}</option>)}
      </select>
      <select class="field" aria-label={text.filters.machine} value={query.machine ?? ""} onChange={(event) => { change({ ...query, machine: event.currentTarget.value || null }); }}>
        <option value="">{text.filters.anyMachine}</option>
        {[...machines].sort((a, b) => names.compare(a[1], b[1])).map(([code, name]) => <option key={code} value={code}>{name}</option>)}
      </select>
      <select class="field" aria-label={text.filters.where} value={query.where} onChange={(event) => { change({ ...query, where: whereOf(event.currentTarget.value) }); }}>
        {WHERES.map((where) => <option key={where} value={where}>{text.wheres[where]}</option>)}
      </select>
      <select class="field list-filters-sort" aria-label={text.filters.sort} value={query.sort} onChange={(event) => { change(sortedBy(query, sortOf(event.currentTarget.value))); }}>
        {SORTS.map((sort) => <option key={sort} value={sort}>{text.sortBy(text.columns[sort])}</option>)}
      </select>
    </>
  );
}

function GroupFilter({ query, change, alarms }: FilterProps) {
  const text = words.value.alarms;
  const passing = alarms.filter((alarm) => passes(alarm, query));
  return (
    <div class="choice alarm-groups" role="group" aria-label={text.filters.state}>
      {GROUPS.map((group) => (
        <button key={group} type="button" class="button" aria-pressed={query.group === group} onClick={() => { change({ ...query, group }); }}>
          {text.groups[group]} <b>{formatCount(passing.filter((alarm) => inGroup(alarm, group)).length, locale.value)}</b>
        </button>
      ))}
    </div>
  );
}

function PriorityFilter({ query, change, alarms }: FilterProps) {
  const text = words.value.alarms;
  const counted = alarms.filter((alarm) => inGroup(alarm, query.group) && passes(alarm, { ...query, priorities: [] }));
  const toggle = (priority: Priority): void => {
    const on = query.priorities.includes(priority);
    change({ ...query, priorities: PRIORITIES.filter((one) => (one === priority ? !on : query.priorities.includes(one))) });
  };
  return (
    <div class="state-filter alarm-priorities" role="group" aria-label={text.filters.priority}>
      {PRIORITIES.map((priority) => (
        <button key={priority} type="button" class="button state-filter-button" aria-pressed={query.priorities.includes(priority)} onClick={() => { toggle(priority); }}>
          <PriorityMark priority={priority} asking={false} />
          <span class="state-filter-word">{text.priorities[priority]}</span> <b>{formatCount(counted.filter((alarm) => alarm.priority === priority).length, locale.value)}</b>
        </button>
      ))}
    </div>
  );
}

function whereOf(text: string): Where {
  return WHERES.find((where) => where === text) ?? "all";
}

function sortOf(text: string): Sort {
  return SORTS.find((sort) => sort === text) ?? "worst";
}
