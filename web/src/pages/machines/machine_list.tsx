/** The site's machines: what each is doing now, where it stands, and whether something is wrong with it or to be done. */
import { useComputed } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { isOpen, PRIORITIES, type Alarm } from "../../alarms/model";
import { PriorityMark } from "../../alarms/priority_mark";
import { addressAt } from "../../api/at";
import { formatCount } from "../../format/number";
import { kindName, named, words } from "../../i18n";
import { loadMachines, type Machine } from "../../machines/load";
import { devicesOf, statePoint } from "../../machines/stated";
import { useSite } from "../../session/context";
import { useResource } from "../../session/use_resource";
import { locale } from "../../shell/preferences";
import { go, route, routeHref } from "../../shell/router";
import { hasWords } from "../../ui/has_words";
import { Icon } from "../../ui/icon";
import { LiveFigure } from "../../ui/live_figure";
import { ProblemNote } from "../../ui/note";
import { Pick } from "../../ui/pick";
import { SearchField } from "../../ui/search_field";
import { PageSkeleton } from "../../ui/skeleton";
import { useWindowRows } from "../../ui/window_rows";
import { machineHref } from "../../work_orders/addresses";
import { isOver, type Order } from "../../work_orders/model";
import { useRowKeys } from "../devices/row_keys";
import "../../ui/list.css";
import "../../ui/list_filters.css";
import "./machine_list.css";

export function MachineList() {
  const { session } = useSite();
  const stored = useResource(() => loadMachines(session.code), [session]);
  const { value, problem } = stored.state.value;
  useEffect(() => { session.orders.want(); }, [session]);
  return (
    <>
      {problem === null ? null : <ProblemNote problem={problem} retry={() => void stored.load()} />}
      {value === null ? (problem === null ? <PageSkeleton /> : null) : <Listed machines={value} />}
    </>
  );
}

function Listed({ machines }: { readonly machines: readonly Machine[] }) {
  const { session } = useSite();
  const list = useRef<HTMLDivElement>(null);
  const { query: address } = route.value;
  const [typed, kind] = [address.get("q") ?? "", address.get("class") ?? ""];
  const shown = useMemo(() => arranged(machines, typed, kind, locale.value), [machines, typed, kind, locale.value]);
  const rows = useWindowRows(list, shown.length).value;
  const keys = useRowKeys(list, shown.length);
  const orders = useComputed(() => grouped((session.orders.list.state.value.value ?? []).filter((order) => !isOver(order)), ({ subject_kind, subject }) => (subject_kind === "equipment" ? subject : null))).value;
  const alarms = useComputed(() => grouped((session.alarms.book.value.alarms ?? []).filter(isOpen), ({ equipment }) => equipment)).value;
  const text = words.value.machines;
  return (
    <section aria-label={text.title}>
      <Filters machines={machines} shown={shown.length} typed={typed} kind={kind} />
      <div class="list" role="table" aria-label={text.title} aria-rowcount={shown.length + 1}>
        <div class="list-head" role="rowgroup">
          <div class="list-columns machine-columns" role="row" aria-rowindex={1}>
            {(["name", "state", "place", "orders", "alarms"] as const).map((column) => <span key={column} role="columnheader" data-column={column}>{text.columns[column]}</span>)}
          </div>
        </div>
        <div class="list-rows machine-rows" role="rowgroup" ref={list} onKeyDown={keys.press}>
          {shown.slice(rows.first, rows.end).map((machine, index) => (
            <Row key={machine.id} machine={machine} index={rows.first + index} orders={orders.get(machine.code) ?? []} alarms={alarms.get(machine.code) ?? []} />
          ))}
        </div>
      </div>
      {shown.length === 0 ? <p class="list-none">{machines.length === 0 ? text.none : text.noMatch}</p> : null}
    </section>
  );
}

interface FiltersProps {
  readonly machines: readonly Machine[];
  readonly shown: number;
  readonly typed: string;
  readonly kind: string;
}

function Filters({ machines, shown, typed, kind }: FiltersProps) {
  const { session } = useSite();
  const text = words.value.machines;
  const classes = [...new Set(machines.map(({ equipment_class }) => equipment_class))].sort();
  return (
    <div class="list-filters">
      <div class="list-filters-fields">
        <SearchField label={text.search} hint={text.searchHint} value={typed} change={(value) => { put("q", value); }} />
        <Pick label={text.class} any={text.anyClass} value={kind} options={classes.map((value) => ({ value, text: kindName(value) }))} choose={(value) => { put("class", value); }} />
        <a class="button" href={addressAt(["equipment-labels.pdf"], { site: session.code })} download><Icon name="download" />{text.labels}</a>
      </div>
      <p class="order-count" role="status">{text.shown(shown, machines.length)}</p>
    </div>
  );
}

function put(name: string, value: string): void {
  const { path, query } = route.peek();
  const next = new URLSearchParams(query);
  if (value === "") next.delete(name);
  else next.set(name, value);
  go(routeHref(path, next), true);
}

interface RowProps {
  readonly machine: Machine;
  readonly index: number;
  readonly orders: readonly Order[];
  readonly alarms: readonly Alarm[];
}

function Row({ machine, index, orders, alarms }: RowProps) {
  const { view } = useSite();
  const place = machine.space === null ? null : view.model.places.get(machine.space)?.space;
  return (
    <div class="list-row list-columns machine-columns machine-row" role="row" aria-rowindex={index + 2} data-index={index}>
      <span role="cell" data-column="name">
        <a class="list-link" href={machineHref(machine.site, machine.code)}><b>{named(machine)}</b></a>
        <span class="list-code">{machine.code} · {kindName(machine.equipment_class)}</span>
      </span>
      <span role="cell" data-column="state"><MachineStateNow machine={machine.code} /></span>
      <span role="cell" data-column="place">{place === undefined || place === null ? <span class="faint">–</span> : named(place)}</span>
      <span role="cell" data-column="orders"><Worst word={words.value.machines.columns.orders} priorities={orders.map(({ priority }) => priority)} /></span>
      <span role="cell" data-column="alarms"><Worst word={words.value.machines.columns.alarms} priorities={alarms.flatMap(({ priority }) => (priority === null ? [] : [priority]))} /></span>
    </div>
  );
}

/** How many, and how bad the worst is. */
function Worst({ word, priorities }: { readonly word: string; readonly priorities: readonly (typeof PRIORITIES)[number][] }) {
  const worst = PRIORITIES.find((priority) => priorities.includes(priority));
  if (worst === undefined) return <span class="faint">–</span>;
  return <span class="with-mark"><PriorityMark priority={worst} asking={false} />{formatCount(priorities.length, locale.value)}<span class="machine-count-word">{word}</span><span class="unseen"> {words.value.alarms.priorities[worst]}</span></span>;
}

/** What its own device says it is doing, alive. */
export function MachineStateNow({ machine }: { readonly machine: string }) {
  const { session, view } = useSite();
  const point = useMemo(() => statePoint(devicesOf(view.model, machine)), [view, machine]);
  if (point === null) return <span class="faint">{words.value.machines.noState}</span>;
  return <LiveFigure point={point} values={session.values} />;
}

function grouped<Thing>(things: readonly Thing[], machineOf: (thing: Thing) => string | null): ReadonlyMap<string, readonly Thing[]> {
  const found = new Map<string, Thing[]>();
  for (const thing of things) {
    const machine = machineOf(thing);
    if (machine !== null) found.set(machine, [...(found.get(machine) ?? []), thing]);
  }
  return found;
}

function arranged(machines: readonly Machine[], typed: string, kind: string, language: string): readonly Machine[] {
  const names = new Intl.Collator(language, { numeric: true });
  const searched = hasWords(typed);
  return machines
    .filter((machine) => (kind === "" || machine.equipment_class === kind) && searched([machine.name, machine.name_zh, machine.code, machine.equipment_class, machine.space].join(" ")))
    .sort((a, b) => names.compare(named(a), named(b)));
}
