/**
 * One machine: what it is doing, what is open on it, how it has done, what its nameplate says, its papers, and everything that ever
 * happened to it in one list.
 */
import { useSignal } from "@preact/signals";
import { isOpen, type Alarm } from "../../alarms/model";
import { alarmHref } from "../../alarms/addresses";
import { agoOf, alarmName, priorityName } from "../../alarms/naming";
import { PriorityMark } from "../../alarms/priority_mark";
import { addressAt, askRowsAt } from "../../api/at";
import { kindName, named, words } from "../../i18n";
import { now_ms } from "../../live/clock";
import { loadMachine, type MachineRecord } from "../../machines/load";
import { useSite } from "../../session/context";
import { useResource } from "../../session/use_resource";
import { Icon } from "../../ui/icon";
import { Note, ProblemNote } from "../../ui/note";
import { PageSkeleton } from "../../ui/skeleton";
import { machineHref, orderHref, ordersHref } from "../../work_orders/addresses";
import { byUrgency, isOver, isToDo, type Order } from "../../work_orders/model";
import { orderTitle } from "../../work_orders/naming";
import { OpenOrderDialog } from "../work_orders/open_order_dialog";
import { Due } from "../work_orders/order_row";
import { MachineFigures } from "./machine_figures";
import { MachineFiles } from "./machine_files";
import { MachineStateNow } from "./machine_list";
import { MachineTimeline } from "./machine_timeline";
import { NameplateBox } from "./nameplate";
import "../alarms/alarm_detail.css";
import "../work_orders/order_page.css";
import "./machine_page.css";

export interface MachineProps {
  readonly site: string;
  readonly code: string;
}

export function MachinePage({ site, code }: MachineProps) {
  const stored = useResource(() => loadMachine(site, code), [site, code]);
  const { value, problem } = stored.state.value;
  const text = words.value.machines;
  if (problem?.status === 404) {
    return (
      <Note title={text.unknown(`${site}/${code}`)}>
        <p>{text.unknownAdvice}</p>
      </Note>
    );
  }
  return (
    <>
      {problem === null ? null : <ProblemNote problem={problem} retry={() => void stored.load()} />}
      {value === null ? (problem === null ? <PageSkeleton /> : null) : <Shown site={site} code={code} machine={value} renew={() => void stored.load()} />}
    </>
  );
}

function Shown({ site, code, machine, renew }: MachineProps & { readonly machine: MachineRecord; readonly renew: () => void }) {
  return (
    <div class="order-page">
      <MachineHead site={site} code={code} machine={machine} />
      <MachineFigures site={site} code={code} />
      <div class="order-columns-two">
        <div class="order-main">
          <OpenOrders site={site} code={code} />
          <OpenAlarms code={code} />
        </div>
        <div class="order-side">
          <NameplateBox site={site} code={code} machine={machine} renew={renew} />
          <MachineFiles site={site} code={code} files={machine.files} renew={renew} />
        </div>
        <MachineTimeline site={site} code={code} />
      </div>
    </div>
  );
}

function MachineHead({ site, code, machine }: MachineProps & { readonly machine: MachineRecord }) {
  const { view } = useSite();
  const opening = useSignal(false);
  const text = words.value.machines;
  const place = machine.space === null ? undefined : view.model.places.get(machine.space)?.space;
  const { criticality } = machine.record;
  return (
    <header class="machine-title">
      <div class="order-title-text">
        <h1>{named(machine)}</h1>
        <p class="faint">{[code, kindName(machine.equipment_class), place === undefined ? machine.space : named(place)].filter((part) => part !== null).join(" · ")}</p>
        {criticality === null ? null : <p>{text.criticality[criticality]}</p>}
        {machine.inside.length === 0 ? null : <p>{text.inside}: {machine.inside.map((one) => <a key={one} class="link machine-inside" href={machineHref(site, one)}>{one}</a>)}</p>}
      </div>
      <p class="machine-state"><span class="label">{text.now.title}</span> <b><MachineStateNow machine={code} /></b></p>
      <div class="machine-buttons">
        <button type="button" class="button reason-confirm" onClick={() => { opening.value = true; }}><Icon name="add" />{text.openOrder}</button>
        <a class="button" href={addressAt(["equipment-labels.pdf"], { site, code })} download><Icon name="download" />{text.label}</a>
      </div>
      {opening.value ? <OpenOrderDialog machine={code} close={() => { opening.value = false; }} /> : null}
    </header>
  );
}

/** What is open on a machine, or on a device or meter that belongs to none. */
export function OpenOrders({ site, code }: MachineProps) {
  const { session } = useSite();
  const stored = useResource(() => askRowsAt<Order>(["work-orders"], { site, machine: code }), [site, code], session.orders.renewed.value);
  const { value, problem } = stored.state.value;
  const text = words.value.machines;
  const orders = [...(value ?? [])].filter((order) => !isOver(order)).sort(byUrgency(now_ms.value));
  return (
    <section class="box" aria-labelledby="machine-orders">
      <div class="box-head">
        <h2 id="machine-orders">{text.orders}</h2>
        <a class="link" href={ordersHref({ machine: code, state: "over" })}>{text.pastOrders}</a>
      </div>
      {problem === null ? null : <ProblemNote problem={problem} retry={() => void stored.load()} />}
      {value === null ? null : orders.length === 0 ? <p class="faint">{text.noOrders}</p> : (
        <ul class="order-lines">
          {orders.map((order) => (
            <li key={order.order}>
              <span>
                <a class="with-mark link" href={orderHref(order.order)}><PriorityMark priority={order.priority} asking={isToDo(order)} />{orderTitle(order)}</a>
                <span class="list-code">#{order.number} · {priorityName(order.priority)} · {words.value.orders.states[order.state]}</span>
              </span>
              <span class="machine-due"><Due order={order} /></span>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function OpenAlarms({ code }: { readonly code: string }) {
  const { session } = useSite();
  const text = words.value.machines;
  const alarms = (session.alarms.book.value.alarms ?? []).filter((alarm) => alarm.equipment === code && isOpen(alarm));
  return (
    <section class="box" aria-labelledby="machine-alarms">
      <h2 id="machine-alarms">{text.alarms}</h2>
      {alarms.length === 0 ? <p class="faint">{text.noAlarms}</p> : (
        <ul class="order-lines">{alarms.map((alarm) => <OneAlarm key={alarm.alarm} alarm={alarm} />)}</ul>
      )}
    </section>
  );
}

function OneAlarm({ alarm }: { readonly alarm: Alarm }) {
  return (
    <li>
      <span>
        <a class="with-mark link" href={alarmHref(alarm.alarm)}><PriorityMark priority={alarm.priority} asking={false} />{alarmName(alarm)}</a>
        <span class="list-code">{priorityName(alarm.priority)} · {words.value.alarms.states[alarm.state]}</span>
      </span>
      <span>{alarm.raised_at === null ? "" : agoOf(Date.parse(alarm.raised_at), now_ms.value)}</span>
    </li>
  );
}
