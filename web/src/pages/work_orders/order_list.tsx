/**
 * What is to be done, the most urgent first, live: how urgent, what and where, by when, who, and how far it is. A table at a desk, cards
 * on a phone. What is over is asked for only by who wants to see it.
 */
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { askAt } from "../../api/at";
import { watchOf } from "../../health/alarm_watch";
import { words } from "../../i18n";
import { now_ms } from "../../live/clock";
import { useSite } from "../../session/context";
import { useResource } from "../../session/use_resource";
import { locale } from "../../shell/preferences";
import { go, route, routeHref } from "../../shell/router";
import { useKeptFocus } from "../../ui/kept_focus";
import { Note, ProblemNote } from "../../ui/note";
import { PageSkeleton } from "../../ui/skeleton";
import { useWindowRows } from "../../ui/window_rows";
import { arranged, DEFAULT_QUERY, isFiltered, readOrderQuery, writeOrderQuery, type OrderQuery } from "../../work_orders/list_query";
import type { Order } from "../../work_orders/model";
import { orderMachine } from "../../work_orders/naming";
import { focusRow, useRowKeys } from "../devices/row_keys";
import { OpenOrderDialog } from "./open_order_dialog";
import { OrderFilters } from "./order_filters";
import { OrderRow } from "./order_row";
import "../../ui/list.css";
import "./order_list.css";

const OVER_SHOWN = 200;

export function OrderList() {
  const { session } = useSite();
  const query = useComputed(() => readOrderQuery(route.value.query)).value;
  const over = query.group === "over";
  useEffect(() => { session.orders.want(); }, [session]);
  const past = useResource(() => (over ? loadOver(session.code) : Promise.resolve([])), [session, over], session.orders.renewed.value);
  const stored = over ? past : session.orders.list;
  const { value, problem } = stored.state.value;
  return (
    <>
      {problem === null ? null : <ProblemNote problem={problem} retry={() => void stored.load()} />}
      {value === null ? (problem === null ? <PageSkeleton /> : null) : <Listed orders={value} query={query} />}
    </>
  );
}

async function loadOver(site: string): Promise<readonly Order[]> {
  const some = async (state: string): Promise<readonly Order[]> => (await askAt<{ items: readonly Order[] }>(["work-orders"], { site, state, limit: OVER_SHOWN })).items;
  return (await Promise.all([some("verified"), some("cancelled")])).flat();
}

function Listed({ orders, query }: { readonly orders: readonly Order[]; readonly query: OrderQuery }) {
  const opening = useSignal(false);
  const part = useRef<HTMLElement>(null);
  const list = useRef<HTMLDivElement>(null);
  const place = useRef(0);
  // Overdue is a matter of minutes: the order of the list need not be looked at each second.
  const minute_ms = useComputed(() => Math.floor(now_ms.value / 60_000) * 60_000).value;
  const shown = useMemo(() => arranged(orders, query, orderMachine, locale.value, minute_ms), [orders, query, locale.value, minute_ms]);
  const rows = useWindowRows(list, shown.length).value;
  const keys = useRowKeys(list, shown.length);
  useKeptFocus(part, () => {
    if (!focusRow(list.current, Math.min(place.current, shown.length - 1))) part.current?.focus({ preventScroll: true });
  });
  const change = (next: OrderQuery): void => {
    const { path, query: address } = route.peek();
    go(routeHref(path, writeOrderQuery(next, address)), true);
  };
  const text = words.value.orders;
  return (
    <section ref={part} tabIndex={-1} aria-label={text.title}>
      <OrderFilters query={query} change={change} orders={orders} shown={shown} open={() => { opening.value = true; }} />
      <div class="list" role="table" aria-label={text.title} aria-rowcount={shown.length + 1}>
        <Head />
        <div class="list-rows order-rows" role="rowgroup" ref={list} onKeyDown={keys.press} onFocusIn={(event) => { place.current = rowIndex(event); }}>
          {shown.slice(rows.first, rows.end).map((order, index) => <OrderRow key={order.order} order={order} index={rows.first + index} />)}
        </div>
      </div>
      {shown.length === 0 ? <NoOrders query={query} change={change} /> : null}
      {opening.value ? <OpenOrderDialog close={() => { opening.value = false; }} /> : null}
    </section>
  );
}

function Head() {
  const text = words.value.orders.columns;
  return (
    <div class="list-head" role="rowgroup">
      <div class="list-columns order-columns" role="row" aria-rowindex={1}>
        {(["urgent", "title", "due", "who", "progress"] as const).map((column) => (
          <span key={column} role="columnheader" data-column={column}>{text[column]}</span>
        ))}
      </div>
    </div>
  );
}

function NoOrders({ query, change }: { readonly query: OrderQuery; readonly change: (query: OrderQuery) => void }) {
  const { session } = useSite();
  const text = words.value.orders;
  if (!isFiltered(query) && query.group === "open") {
    const live = session.connection.state.value.kind === "live";
    return (
      <Note title={watchOf(session.health.report.value, live, "maintenance") === "running" ? text.none.all : text.none.unsure}>
        <p>{text.none.allText}</p>
      </Note>
    );
  }
  return (
    <div class="list-none">
      <p>{isFiltered(query) || query.group !== "over" ? text.none.match : text.none.over}</p>
      <button type="button" class="button" onClick={() => { change({ ...DEFAULT_QUERY, sort: query.sort }); }}>{text.filters.clear}</button>
    </div>
  );
}

function rowIndex(event: Event): number {
  return Number((event.target as HTMLElement).closest<HTMLElement>("[data-index]")?.dataset["index"] ?? -1);
}
