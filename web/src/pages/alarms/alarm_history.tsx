/** What was raised: by period, filtered, sorted, as a file. It follows the stream; the period ends now. */
import { useComputed, useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { arrangedHistory, DEFAULT_HISTORY, HISTORY_SORTS, historyCsvAddress, loadOccurrences, PERIOD_MS, PERIODS, readHistoryQuery, writeHistoryQuery, type HistoryQuery } from "../../alarms/history";
import { PRIORITIES } from "../../alarms/model";
import { machineName, systemName } from "../../alarms/naming";
import type { Occurrence } from "../../alarms/record";
import { words } from "../../i18n";
import { serverNow_ms } from "../../live/clock";
import { useSite } from "../../session/context";
import { useResource } from "../../session/use_resource";
import { locale } from "../../shell/preferences";
import { go, route, routeHref } from "../../shell/router";
import { Choice } from "../../ui/choice";
import { Icon } from "../../ui/icon";
import { ProblemNote } from "../../ui/note";
import { PageSkeleton } from "../../ui/skeleton";
import { pressed, sortedAs } from "../../ui/order";
import { SearchField } from "../../ui/search_field";
import { SortButton } from "../../ui/sort_button";
import { OccurrenceTable, type OccurrenceColumn } from "./occurrence_table";

/** So many rows are drawn at first; the rest on request. */
const DRAWN = 100;

export function AlarmHistory() {
  const { session } = useSite();
  const query = useComputed(() => readHistoryQuery(route.value.query)).value;
  const stored = useResource(() => {
    const now_ms = serverNow_ms();
    return loadOccurrences(session.code, now_ms - PERIOD_MS[query.period], now_ms);
  }, [session, query.period], session.alarms.renewed.value);
  const { value, problem } = stored.state.value;
  const change = (next: HistoryQuery): void => {
    const { path, query: address } = route.peek();
    go(routeHref(path, writeHistoryQuery(next, address)), true);
  };
  return (
    <section class="box" aria-labelledby="history-title">
      <Filters query={query} change={change} rows={value ?? []} />
      {problem === null ? null : <ProblemNote problem={problem} retry={() => void stored.load()} />}
      {value === null ? (problem === null ? <PageSkeleton /> : null) : <Rows rows={value} query={query} change={change} />}
    </section>
  );
}

interface HistoryProps {
  readonly rows: readonly Occurrence[];
  readonly query: HistoryQuery;
  readonly change: (query: HistoryQuery) => void;
}

function Filters({ query, change, rows }: HistoryProps) {
  const { session } = useSite();
  const text = words.value.alarmPages.history;
  const filters = words.value.alarms.filters;
  const systems = [...new Set([...rows.map(({ system }) => system), ...(query.system === null ? [] : [query.system])])].sort();
  return (
    <div class="list-filters">
      <h2 id="history-title">{text.title}</h2>
      <Choice label={text.period} chosen={query.period} choose={(period) => { change({ ...query, period }); }} options={PERIODS.map((value) => ({ value, text: text.periods[value] }))} />
      <div class="list-filters-fields">
        <SearchField label={filters.search} hint={filters.searchHint} value={query.text} change={(typed) => { change({ ...query, text: typed }); }} />
        <select class="field" aria-label={filters.priority} value={query.priority ?? ""} onChange={(event) => { change({ ...query, priority: PRIORITIES.find((one) => one === event.currentTarget.value) ?? null }); }}>
          <option value="">{filters.priority}</option>
          {PRIORITIES.map((priority) => <option key={priority} value={priority}>{words.value.alarms.priorities[priority]}</option>)}
        </select>
        <select class="field" aria-label={filters.system} value={query.system ?? ""} onChange={(event) => { change({ ...query, system: event.currentTarget.value || null }); }}>
          <option value="">{filters.anySystem}</option>
          {systems.map((system) => <option key={system} value={system}>{systemName(system)}</option>)}
        </select>
        <a class="button" href={historyCsvAddress(session.code, query, serverNow_ms())} title={text.exportTitle} download>
          <Icon name="download" />
          {words.value.alarms.exportCsv}
        </a>
      </div>
    </div>
  );
}

function Rows({ rows, query, change }: HistoryProps) {
  const text = words.value.alarmPages.history;
  const drawn = useSignal(DRAWN);
  const shown = useMemo(() => arrangedHistory(rows, query, machineName, locale.value), [rows, query, locale.value]);
  if (rows.length === 0) return <p class="energy-nothing">{text.empty}</p>;
  if (shown.length === 0) {
    return (
      <div class="energy-nothing">
        <p>{text.noneMatch}</p>
        <button type="button" class="button" onClick={() => { change({ ...DEFAULT_HISTORY, period: query.period }); }}>{words.value.alarms.filters.clear}</button>
      </div>
    );
  }
  return (
    <>
      <p class="faint" role="status">{text.shown(shown.length, rows.length)}</p>
      <OccurrenceTable rows={shown.slice(0, drawn.value)} labelledBy="history-title" named head={(column) => <Head key={column} column={column} query={query} change={change} />} />
      {shown.length > drawn.value ? <p><button type="button" class="button" onClick={() => { drawn.value += DRAWN; }}>{text.more}</button></p> : null}
    </>
  );
}

function Head({ column, query, change }: Omit<HistoryProps, "rows"> & { readonly column: OccurrenceColumn }) {
  const text = words.value.alarmPages.history.columns;
  const sort = HISTORY_SORTS.find((one) => one === column);
  if (sort === undefined) return <th scope="col">{text[column]}</th>;
  const sorted = sortedAs(sort, query);
  return (
    <th scope="col" aria-sort={sorted}>
      <SortButton text={text[column]} sorted={sorted} press={() => { change({ ...query, ...pressed(sort, query, sort !== "machine") }); }} />
    </th>
  );
}
