/**
 * What is not normal, the worst first, live; one row says machine, what, value and limit, since when and the likely cause.
 *
 * Keys work in the list: arrows move, Space selects, letters act on what is selected, or on the row itself. Rows do not jump while
 * somebody chooses: the order follows the alarms, the focus stays with its alarm; when that is over, with its place in the list.
 */
import { useComputed, useSignal } from "@preact/signals";
import { useMemo, useRef } from "preact/hooks";
import { isPossible, type Action, type Outcome } from "../../alarms/actions";
import { machineName } from "../../alarms/naming";
import { arranged, readAlarmQuery, writeAlarmQuery, type AlarmQuery } from "../../alarms/list_query";
import type { Alarm } from "../../alarms/model";
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { go, route, routeHref } from "../../shell/router";
import { PageSkeleton } from "../../ui/skeleton";
import { useKeptFocus } from "../../ui/kept_focus";
import { useWindowRows } from "../../ui/window_rows";
import { focusRow, useRowKeys } from "../devices/row_keys";
import { AlarmBar } from "./alarm_bar";
import { ActionDialog, type Asked } from "./action_dialog";
import { AlarmFilters } from "./alarm_filters";
import { AlarmListHead } from "./alarm_list_head";
import { AlarmRow } from "./alarm_row";
import { NoAlarms } from "./no_alarms";
import { OutcomeNote } from "./outcome_note";
import "../../ui/list.css";
import "./alarm_list.css";
import "./alarm_list_narrow.css";

const KEYS: Readonly<Record<string, readonly Action[]>> = {
  a: ["acknowledge"], s: ["shelve"], o: ["remove-from-service"], r: ["reset"], u: ["unshelve", "return-to-service"],
};

export function AlarmList() {
  const { session } = useSite();
  const { alarms } = session.alarms.book.value;
  return alarms === null ? (session.alarms.book.value.problem === null ? <PageSkeleton /> : null) : <Listed alarms={alarms} />;
}

function Listed({ alarms }: { readonly alarms: readonly Alarm[] }) {
  const { session } = useSite();
  const query = useComputed(() => readAlarmQuery(route.value.query)).value;
  const chosen = useSignal<ReadonlySet<string>>(new Set());
  const asked = useSignal<Asked | null>(null);
  const outcome = useSignal<Outcome | null>(null);
  const part = useRef<HTMLElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const place = useRef(0);
  const shown = useMemo(() => arranged(alarms, query, machineName, locale.value), [alarms, query, locale.value]);
  const leaders = useMemo(() => new Set(alarms.map(({ first_out_of }) => first_out_of)), [alarms]);
  const rows = useWindowRows(list, shown.length).value;
  const keys = useRowKeys(list, shown.length);
  const selected = shown.filter(({ alarm }) => chosen.value.has(alarm));
  useKeptFocus(part, () => {
    if (!focusRow(list.current, Math.min(place.current, shown.length - 1))) part.current?.focus({ preventScroll: true });
  });
  const change = (next: AlarmQuery): void => {
    const { path, query: address } = route.peek();
    go(routeHref(path, writeAlarmQuery(next, address)), true);
  };
  const toggle = (alarm: string): void => {
    const next = new Set(chosen.peek());
    if (!next.delete(alarm)) next.add(alarm);
    chosen.value = next;
  };
  const ask = (action: Action, about: readonly Alarm[]): void => {
    const possible = about.filter((alarm) => isPossible(action, alarm));
    if (possible.length > 0) asked.value = { action, alarms: possible, left: about.length - possible.length };
  };
  const press = (event: KeyboardEvent): void => {
    keys.press(event);
    const here = shown[rowIndex(event)];
    if (here === undefined || event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "Escape") chosen.value = new Set();
    if (event.key === " " && event.target instanceof HTMLAnchorElement) {
      event.preventDefault();
      toggle(here.alarm);
    }
    const about = selected.length > 0 ? selected : [here];
    const action = actionOf(event.key, about);
    if (action !== undefined) {
      event.preventDefault();
      ask(action, about);
    }
  };
  const finish = (came: Outcome): void => {
    outcome.value = came;
    chosen.value = new Set(came.refused.map(({ alarm }) => alarm.alarm));
    session.alarms.renew();
  };
  const text = words.value.alarms;
  return (
    <section class="alarm-list" ref={part} tabIndex={-1} aria-labelledby="alarms-title">
      <h2 id="alarms-title" class="unseen">{text.parts.list}</h2>
      <AlarmFilters query={query} change={change} alarms={alarms} shown={shown} />
      <OutcomeNote outcome={outcome.value} finish={finish} close={() => { outcome.value = null; }} />
      <div class="list" role="table" aria-labelledby="alarms-title" aria-rowcount={shown.length + 1}>
        <AlarmListHead
          query={query}
          change={change}
          all={shown.length > 0 && selected.length === shown.length}
          toggleAll={(on) => { chosen.value = new Set(on ? shown.map(({ alarm }) => alarm) : []); }}
        />
        <div class="list-rows alarm-rows" role="rowgroup" ref={list} onKeyDown={press} onFocusIn={(event) => { place.current = rowIndex(event); }}>
          {shown.slice(rows.first, rows.end).map((alarm, index) => (
            <AlarmRow key={alarm.alarm} alarm={alarm} index={rows.first + index} selected={chosen.value.has(alarm.alarm)} leads={leaders.has(alarm.alarm)} toggle={toggle} ask={(action) => { ask(action, [alarm]); }} />
          ))}
        </div>
      </div>
      {shown.length === 0 ? <NoAlarms alarms={alarms} query={query} change={change} /> : <p class="alarm-keys">{text.keys}</p>}
      {selected.length === 0 ? null : <AlarmBar selected={selected} ask={(action) => { ask(action, selected); }} clear={() => { chosen.value = new Set(); }} />}
      {asked.value === null ? null : <ActionDialog asked={asked.value} close={() => { asked.value = null; }} finish={finish} />}
    </section>
  );
}

function actionOf(key: string, about: readonly Alarm[]): Action | undefined {
  return KEYS[key.toLowerCase()]?.find((one) => about.some((alarm) => isPossible(one, alarm)));
}

/** Which row something happened in. */
function rowIndex(event: Event): number {
  return Number((event.target as HTMLElement).closest<HTMLElement>("[data-index]")?.dataset["index"] ?? -1);
}
