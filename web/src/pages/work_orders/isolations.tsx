/**
 * Lock-out: each energy with where and how it is isolated. Confirmed one by one, with the number of the padlock, by who hung it there; removed
 * one by one before the order is done. The service refuses a start before the last one hangs.
 */
import { useSignal, type Signal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { formatTime } from "../../format/time";
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { Icon } from "../../ui/icon";
import { Labelled } from "../../ui/labelled";
import { isAtWork, type OrderDesk } from "../../work_orders/desk";
import type { Isolation } from "../../work_orders/record";
import "./checklists.css";

export function Isolations({ desk }: { readonly desk: OrderDesk }) {
  const { isolation_list } = desk.record;
  const text = words.value.order.isolations;
  if (isolation_list.length === 0) return null;
  const hung = isolation_list.filter(({ confirmed_at, removed_at }) => confirmed_at !== null && removed_at === null).length;
  return (
    <section class="box" id="order-isolations" aria-labelledby="order-isolations-title">
      <div class="box-head">
        <h2 id="order-isolations-title">{text.title}</h2>
        <p class="faint" role="status">{isolation_list.every(({ removed_at }) => removed_at !== null) ? text.allOff : text.hung(hung, isolation_list.length)}</p>
      </div>
      <ol class="checklist">
        {isolation_list.map((isolation) => <OneIsolation key={isolation.position} isolation={isolation} desk={desk} />)}
      </ol>
    </section>
  );
}

type Kind = "open" | "hung" | "removed";

function OneIsolation({ isolation, desk }: { readonly isolation: Isolation; readonly desk: OrderDesk }) {
  const lock = useSignal("");
  const sending = useSignal(false);
  const problem = useSignal<string | null>(null);
  const card = useRef<HTMLLIElement>(null);
  const text = words.value.order.isolations;
  const kind: Kind = isolation.removed_at !== null ? "removed" : isolation.confirmed_at !== null ? "hung" : "open";
  const tell = async (what: "confirm" | "remove", body: object): Promise<void> => {
    if (sending.value) return;
    sending.value = true;
    problem.value = await desk.tell("POST", ["isolations", isolation.position, what], body);
    sending.value = false;
    if (problem.value === null) card.current?.focus({ preventScroll: true });
  };
  return (
    <li class="check-card" ref={card} tabIndex={-1} data-kind={kind}>
      <p class="check-card-title"><Icon name={kind === "open" ? "fresh" : kind === "hung" ? "lock" : "check"} /><b>{isolation.energy}</b></p>
      <p>{[isolation.where, isolation.how].filter((part) => part !== "").join(" · ")}</p>
      <Hung isolation={isolation} kind={kind} />
      {kind !== "hung" && isAtWork(desk.record) ? <LockForm isolation={isolation} lock={lock} sending={sending.value} confirm={() => void tell("confirm", { lock: lock.value.trim() })} /> : null}
      {kind === "hung" && isAtWork(desk.record) ? (
        <button type="button" class="button check-button" aria-disabled={sending.value} aria-label={`${text.remove}: ${isolation.energy}`} onClick={() => void tell("remove", {})}>{text.remove}</button>
      ) : null}
      {problem.value === null ? null : <p class="held-problem" role="alert"><Icon name="warning" />{problem.value}</p>}
    </li>
  );
}

function Hung({ isolation, kind }: { readonly isolation: Isolation; readonly kind: Kind }) {
  const { view } = useSite();
  const text = words.value.order.isolations;
  const moment = (time: string | null): string => (time === null ? "" : formatTime(Date.parse(time), "moment", view.model.site.time_zone, locale.value));
  if (kind === "open") return null;
  return (
    <p class="faint">
      {kind === "hung" ? text.confirmed(isolation.lock, isolation.confirmed_by ?? "", moment(isolation.confirmed_at)) : text.removed(isolation.removed_by ?? "", moment(isolation.removed_at))}
    </p>
  );
}

interface LockFormProps {
  readonly isolation: Isolation;
  readonly lock: Signal<string>;
  readonly sending: boolean;
  readonly confirm: () => void;
}

function LockForm({ isolation, lock, sending, confirm }: LockFormProps) {
  const id = useId();
  const text = words.value.order.isolations;
  return (
    <form class="order-form-row" onSubmit={(event) => { event.preventDefault(); confirm(); }}>
      <Labelled id={id} label={text.lock}>
        <input id={id} class="field" autocomplete="off" maxLength={40} value={lock.value} onInput={(event) => { lock.value = event.currentTarget.value; }} />
      </Labelled>
      <button type="submit" class="button check-button" aria-disabled={sending} aria-label={`${text.confirm}: ${isolation.energy}`}><Icon name="lock" />{text.confirm}</button>
    </form>
  );
}
