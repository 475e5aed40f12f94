/** Parts that are planned and that were used, and what they cost; used and given back here, so that the stock is right. */
import { useComputed, useSignal } from "@preact/signals";
import { useEffect, useId, useMemo } from "preact/hooks";
import { askRowsAt } from "../../api/at";
import { formatNumber, formatValue } from "../../format/number";
import { words } from "../../i18n";
import { useResource } from "../../session/use_resource";
import { locale } from "../../shell/preferences";
import { Choice } from "../../ui/choice";
import { FoldForm } from "../../ui/fold_form";
import { Labelled } from "../../ui/labelled";
import { newClientKey } from "../../work_orders/client_key";
import type { OrderDesk } from "../../work_orders/desk";
import { isOver } from "../../work_orders/model";
import type { UsedPart } from "../../work_orders/record";
import { partName, type Part } from "../../maintenance/parts";

export function PartsPart({ desk }: { readonly desk: OrderDesk }) {
  const { parts } = desk.record;
  const text = words.value.order.parts;
  return (
    <section class="box" aria-labelledby="order-parts">
      <h2 id="order-parts">{text.title}</h2>
      {parts.length === 0 ? <p class="faint">{text.none}</p> : <ul class="order-lines">{parts.map((part) => <OnePart key={part.part} part={part} />)}</ul>}
      {isOver(desk.record) ? null : <UsePart desk={desk} />}
    </section>
  );
}

function OnePart({ part }: { readonly part: UsedPart }) {
  const text = words.value.order.parts;
  const count = (value: number): string => `${formatValue(value, part.unit === "pcs" ? "1" : part.unit, locale.value).replace(/[.,]000$/, "")} ${part.unit}`;
  const cost = part.unit_cost === null || part.used === 0 ? null : `${formatNumber(part.unit_cost * part.used, 2, locale.value)} ${part.currency ?? ""}`;
  return (
    <li>
      <span>
        {part.name}
        <span class="list-code">{[part.part, part.location, part.stock === null ? null : text.stock(count(part.stock))].filter((one) => one !== null && one !== "").join(" · ")}</span>
      </span>
      <span>
        {part.used > 0 ? text.used(count(part.used)) : text.planned(count(part.planned ?? 0))}
        {part.used > 0 && (part.planned ?? 0) > 0 ? <span class="list-code">{text.planned(count(part.planned ?? 0))}</span> : null}
        {cost === null ? null : <span class="list-code">{cost}</span>}
      </span>
    </li>
  );
}

function UsePart({ desk }: { readonly desk: OrderDesk }) {
  const text = words.value.order.parts;
  const part = useSignal("");
  const quantity = useSignal("1");
  const kind = useSignal<"used" | "returned">("used");
  const key = useSignal(newClientKey());
  const send = async (): Promise<string | null> => {
    const count = Number(quantity.value.replace(",", "."));
    if (part.value === "") return text.partNeeded;
    if (!(count > 0)) return text.quantityNeeded;
    const wrong = await desk.tell("POST", ["parts"], { part: part.value, quantity: count, returned: kind.value === "returned", client_key: key.value });
    if (wrong === null) key.value = newClientKey();
    return wrong;
  };
  return (
    <FoldForm button={text.add} confirm={text.save} send={send}>
      <PartChoice desk={desk} part={part.value} choose={(value) => { part.value = value; }} />
      <Quantity value={quantity.value} change={(value) => { quantity.value = value; }} />
      <Choice label={text.what} chosen={kind.value} choose={(value) => { kind.value = value; }} options={[{ value: "used", text: text.use }, { value: "returned", text: text.giveBack }]} />
    </FoldForm>
  );
}

function Quantity({ value, change }: { readonly value: string; readonly change: (value: string) => void }) {
  const id = useId();
  return (
    <Labelled id={id} label={words.value.order.parts.quantity}>
      <input id={id} class="field" inputMode="decimal" autocomplete="off" value={value} onInput={(event) => { change(event.currentTarget.value); }} />
    </Labelled>
  );
}

/** What the job planned comes first. */
function PartChoice({ desk, part, choose }: { readonly desk: OrderDesk; readonly part: string; readonly choose: (part: string) => void }) {
  const id = useId();
  const { site, parts } = desk.record;
  const text = words.value.order.parts;
  const stored = useResource(() => askRowsAt<Part>(["parts"], { site }), [site]);
  const rows = useComputed(() => stored.state.value.value ?? []).value;
  const planned = useMemo(() => new Set(parts.map(({ part: code }) => code)), [parts]);
  useEffect(() => {
    const [first] = parts;
    if (part === "" && first !== undefined) choose(first.part);
  }, []);
  return (
    <Labelled id={id} label={text.part}>
      <select id={id} class="field" value={part} onChange={(event) => { choose(event.currentTarget.value); }}>
        <option value="">{text.choose}</option>
        {[...rows].sort((a, b) => Number(planned.has(b.code)) - Number(planned.has(a.code))).map((one) => (
          <option key={one.code} value={one.code}>{partName(one)} ({text.stock(String(one.stock))})</option>
        ))}
      </select>
    </Labelled>
  );
}
