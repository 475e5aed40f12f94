/** What else is known of the order, in a list of terms; and the sheet to print. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { addressAt } from "../../api/at";
import { formatTime } from "../../format/time";
import { readable, words } from "../../i18n";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { Icon } from "../../ui/icon";
import type { OrderDesk } from "../../work_orders/desk";
import { isToDo } from "../../work_orders/model";
import { codedName, wordOf } from "../../work_orders/naming";
import type { OrderRecord } from "../../work_orders/record";
import { UrgencyDialog } from "./urgency_dialog";

export function OrderFacts({ desk }: { readonly desk: OrderDesk }) {
  const { view } = useSite();
  const { record } = desk;
  const changing = useSignal(false);
  const text = words.value.order.facts;
  const moment = (time: string | null): string | null => (time === null ? null : formatTime(Date.parse(time), "moment", view.model.site.time_zone, locale.value));
  const withWho = (time: string | null, who: string | null): string | null => (time === null ? null : [moment(time), who ?? words.value.order.itself].join(", "));
  const facts: readonly (readonly [string, ComponentChildren])[] = [
    [text.origin, wordOf(words.value.orders.origins, record.origin)],
    [text.kind, wordOf(words.value.orders.kinds, record.kind)],
    [text.opened, withWho(record.opened_at, record.opened_by)],
    [text.requestedBy, record.requested_by],
    [text.respondBy, moment(record.respond_by)],
    [text.dueAt, moment(record.due_at)],
    [text.assignee, codedName(record.assignee)],
    [text.team, codedName(record.team)],
    [text.skill, record.skill === null ? null : readable(record.skill)],
    [text.plan, record.plan],
    [text.job, record.job],
    [text.done, withWho(record.done_at, record.done_by)],
    [text.cause, record.cause === null ? null : causeText(record)],
    [text.resolution, record.resolution],
    [text.checkAt, record.state === "done" && record.checked_at === null ? moment(record.check_at) : null],
    [text.checked, moment(record.checked_at)],
    [text.verified, withWho(record.verified_at, record.verified_by)],
  ];
  return (
    <section class="box" aria-labelledby="order-facts">
      <div class="box-head">
        <h2 id="order-facts">{text.title}</h2>
        <span class="box-buttons">
          {isToDo(record) ? <button type="button" class="button" onClick={() => { changing.value = true; }}>{words.value.order.change.button}</button> : null}
          <a class="button" href={addressAt(["work-orders", record.site, record.number, "print.pdf"])} download><Icon name="download" />{text.print}</a>
        </span>
      </div>
      <dl class="panel-facts">
        {facts.filter(([, value]) => value !== null && value !== "").map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd class="order-words">{value}</dd>
          </div>
        ))}
      </dl>
      {changing.value ? <UrgencyDialog desk={desk} close={() => { changing.value = false; }} /> : null}
    </section>
  );
}

function causeText(record: OrderRecord): string {
  const choice = record.cause_choices.find(({ code }) => code === record.cause);
  return choice === undefined ? readable((record.cause ?? "").replaceAll("-", "_")) : (codedName(choice) ?? choice.code);
}
