/**
 * One order: what, where, why most likely and what to do; the next steps as big buttons; lock-out, checks, photos, parts, hours; and
 * everything that happened to it. It follows the stream; what is there stays until the next answer has come.
 */
import { useSignal } from "@preact/signals";
import { useCallback, useRef } from "preact/hooks";
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { useResource } from "../../session/use_resource";
import { isNarrow } from "../../shell/narrow";
import { useKeptFocus } from "../../ui/kept_focus";
import { Note, ProblemNote } from "../../ui/note";
import { PageSkeleton } from "../../ui/skeleton";
import { useOrderDesk } from "../../work_orders/desk";
import type { Step } from "../../work_orders/model";
import { person } from "../../work_orders/person";
import { loadOrder, type OrderRecord } from "../../work_orders/record";
import { stepButtons } from "../../work_orders/steps";
import { CompleteDialog } from "./complete_dialog";
import { Isolations } from "./isolations";
import { LabourPart } from "./labour_part";
import { DowntimePart } from "./downtime_part";
import { NextSteps, StepBar } from "./next_steps";
import { OrderAlarms } from "./order_alarms";
import { OrderFacts } from "./order_facts";
import { OrderHead } from "./order_head";
import { OrderPhotos } from "./order_photos";
import { OrderTrail } from "./order_trail";
import { PartsPart } from "./parts_part";
import { StepDialog } from "./step_dialog";
import { Tasks } from "./tasks";
import "../alarms/alarm_detail.css";
import "./order_page.css";

export function OrderPage({ order }: { readonly order: string }) {
  const { session } = useSite();
  const stored = useResource(() => loadOrder(order, person.value), [order], `${session.orders.renewed.value} ${person.value ?? ""}`);
  const { value, problem } = stored.state.value;
  const text = words.value.orders;
  const renew = useCallback(() => {
    void stored.load();
    session.orders.renew();
  }, [stored, session]);
  if (problem?.status === 404) {
    return (
      <Note title={text.unknown(order)}>
        <p>{text.unknownAdvice}</p>
      </Note>
    );
  }
  return (
    <>
      {problem === null ? null : <ProblemNote problem={problem} retry={() => void stored.load()} />}
      {value === null ? (problem === null ? <PageSkeleton /> : null) : <Shown record={value} renew={renew} />}
    </>
  );
}

function Shown({ record, renew }: { readonly record: OrderRecord; readonly renew: () => void }) {
  const part = useRef<HTMLDivElement>(null);
  const asked = useSignal<Step | null>(null);
  const desk = useOrderDesk(record, renew);
  useKeptFocus(part, () => { part.current?.querySelector("h1")?.focus({ preventScroll: true }); });
  const buttons = stepButtons(record);
  const ask = (step: Step): void => { asked.value = step; };
  const close = (): void => { asked.value = null; };
  return (
    <div class="order-page" ref={part}>
      <OrderHead record={record} />
      <NextSteps buttons={buttons} ask={ask} />
      <div class="order-columns-two">
        <div class="order-main">
          <OrderAlarms record={record} />
          <Isolations desk={desk} />
          <Tasks desk={desk} />
          <OrderPhotos desk={desk} />
        </div>
        <div class="order-side">
          {isNarrow.value ? null : <OrderFacts desk={desk} />}
          <PartsPart desk={desk} />
          <LabourPart desk={desk} />
          <DowntimePart desk={desk} />
          {isNarrow.value ? <OrderFacts desk={desk} /> : null}
        </div>
        <OrderTrail desk={desk} />
      </div>
      {isNarrow.value ? <StepBar buttons={buttons} ask={ask} /> : null}
      {asked.value === null ? null : asked.value === "complete" ? (
        <CompleteDialog desk={desk} wantsSignature={record.requires_signature && !record.is_signed} close={close} />
      ) : <StepDialog key={asked.value} step={asked.value} desk={desk} close={close} />}
    </div>
  );
}
