/** Which orders are listed: by state and priority with their numbers, by machine, person, team and text; a new one; and the list as a file. */
import { useSignal } from "@preact/signals";
import { PriorityMark } from "../../alarms/priority_mark";
import { addressAt } from "../../api/at";
import { formatCount } from "../../format/number";
import { words } from "../../i18n";
import { now_ms } from "../../live/clock";
import { useSite } from "../../session/context";
import { isNarrow } from "../../shell/narrow";
import { locale } from "../../shell/preferences";
import { Icon } from "../../ui/icon";
import { Pick } from "../../ui/pick";
import { SearchField } from "../../ui/search_field";
import { DEFAULT_QUERY, GROUPS, inGroup, isFiltered, NOBODY, passes, SORTS, type OrderQuery } from "../../work_orders/list_query";
import { isOverdue, PRIORITIES, type Coded, type Order, type Priority } from "../../work_orders/model";
import { codedName, orderMachine } from "../../work_orders/naming";
import { person } from "../../work_orders/person";
import "../../ui/list_filters.css";
import "../alarms/alarm_filters.css";

export interface OrderFiltersProps {
  readonly query: OrderQuery;
  readonly change: (query: OrderQuery) => void;
  readonly orders: readonly Order[];
  readonly shown: readonly Order[];
  readonly open: () => void;
}

export function OrderFilters({ query, change, orders, shown, open }: OrderFiltersProps) {
  const { session } = useSite();
  const text = words.value.orders;
  const more = useSignal(isFiltered(query));
  return (
    <div class="list-filters">
      <button type="button" class="button reason-confirm" onClick={open}>
        <Icon name="add" />
        {text.open.button}
      </button>
      <GroupFilter query={query} change={change} orders={orders} />
      <PriorityFilter query={query} change={change} orders={orders} />
      {isNarrow.value ? (
        <button type="button" class="button" aria-expanded={more.value} onClick={() => { more.value = !more.value; }}>
          <Icon name={more.value ? "up" : "down"} />
          {text.filters.more}
        </button>
      ) : null}
      <div class="list-filters-fields" hidden={isNarrow.value && !more.value}>
        <SearchField label={text.filters.search} hint={text.filters.searchHint} value={query.text} change={(typed) => { change({ ...query, text: typed }); }} />
        <Picks query={query} change={change} orders={orders} />
        <OverdueFilter query={query} change={change} orders={orders} />
        {isFiltered(query) ? (
          <button type="button" class="button button-plain" onClick={() => { change({ ...DEFAULT_QUERY, group: query.group, sort: query.sort }); }}>
            <Icon name="close" />
            {text.filters.clear}
          </button>
        ) : null}
        <a class="button" href={addressAt(["work-orders.xlsx"], { site: session.code })} download>
          <Icon name="download" />
          {text.export}
        </a>
      </div>
      <p class="order-count" role="status">{text.shown(shown.length, orders.length)}</p>
    </div>
  );
}

type FilterProps = Omit<OrderFiltersProps, "shown" | "open">;

function Picks({ query, change, orders }: FilterProps) {
  const text = words.value.orders;
  const machines = optionsOf(orders.map((order) => ({ code: order.subject, name: orderMachine(order) })));
  const persons = optionsOf(orders.map(({ assignee }) => assignee));
  const me = person.value;
  const people = [
    ...(me === null ? [] : [{ value: me, text: text.filters.mine }]),
    { value: NOBODY, text: text.filters.nobody },
    ...persons.filter(({ value }) => value !== me),
  ];
  return (
    <>
      <Pick label={text.filters.machine} any={text.filters.anyMachine} value={query.machine ?? ""} options={machines} choose={(value) => { change({ ...query, machine: value || null }); }} />
      <Pick label={text.filters.person} any={text.filters.anyPerson} value={query.person ?? ""} options={people} choose={(value) => { change({ ...query, person: value || null }); }} />
      <Pick label={text.filters.team} any={text.filters.anyTeam} value={query.team ?? ""} options={optionsOf(orders.map(({ team }) => team))} choose={(value) => { change({ ...query, team: value || null }); }} />
      <Pick label={text.filters.sort} value={query.sort} options={SORTS.map((value) => ({ value, text: text.sorts[value] }))} choose={(value) => { change({ ...query, sort: SORTS.find((sort) => sort === value) ?? "urgent" }); }} />
    </>
  );
}

function optionsOf(things: readonly (Coded | null)[]): readonly { readonly value: string; readonly text: string }[] {
  const names = new Map(things.flatMap((thing) => (thing === null ? [] : [[thing.code, codedName(thing) ?? thing.code] as const])));
  const order = new Intl.Collator(locale.value, { numeric: true });
  return [...names].map(([value, text]) => ({ value, text })).sort((a, b) => order.compare(a.text, b.text));
}

function OverdueFilter({ query, change, orders }: FilterProps) {
  const text = words.value.orders.filters;
  const count = orders.filter((order) => inGroup(order, query.group) && isOverdue(order, now_ms.value) && passes(order, { ...query, overdue: false }, now_ms.value)).length;
  return (
    <button type="button" class="button state-filter-button" aria-pressed={query.overdue} onClick={() => { change({ ...query, overdue: !query.overdue }); }}>
      {text.overdue} <b>{formatCount(count, locale.value)}</b>
    </button>
  );
}

function GroupFilter({ query, change, orders }: FilterProps) {
  const text = words.value.orders;
  const passing = orders.filter((order) => passes(order, query, now_ms.value));
  const counted = query.group !== "over";
  return (
    <div class="choice alarm-groups" role="group" aria-label={text.filters.state}>
      {GROUPS.map((group) => (
        <button key={group} type="button" class="button" aria-pressed={query.group === group} onClick={() => { change({ ...query, group }); }}>
          {text.groups[group]}
          {counted === (group !== "over") ? <b>{formatCount(passing.filter((order) => inGroup(order, group)).length, locale.value)}</b> : null}
        </button>
      ))}
    </div>
  );
}

function PriorityFilter({ query, change, orders }: FilterProps) {
  const text = words.value.orders;
  const names = words.value.alarms.priorities;
  const counted = orders.filter((order) => inGroup(order, query.group) && passes(order, { ...query, priorities: [] }, now_ms.value));
  const toggle = (priority: Priority): void => {
    const on = query.priorities.includes(priority);
    change({ ...query, priorities: PRIORITIES.filter((one) => (one === priority ? !on : query.priorities.includes(one))) });
  };
  return (
    <div class="state-filter alarm-priorities" role="group" aria-label={text.filters.priority}>
      {PRIORITIES.map((priority) => (
        <button key={priority} type="button" class="button state-filter-button" aria-pressed={query.priorities.includes(priority)} onClick={() => { toggle(priority); }}>
          <PriorityMark priority={priority} asking={false} />
          <span class="state-filter-word">{names[priority]}</span> <b>{formatCount(counted.filter((order) => order.priority === priority).length, locale.value)}</b>
        </button>
      ))}
    </div>
  );
}
