/** What the nameplate says and what else a technician has to know; written down here, as a whole, with who did it. */
import { useSignal, type Signal } from "@preact/signals";
import { useId } from "preact/hooks";
import { sendAt } from "../../api/at";
import { words } from "../../i18n";
import { serverNow_ms } from "../../live/clock";
import type { MachineRecord, Nameplate } from "../../machines/load";
import { FormDialog } from "../../ui/form_dialog";
import { Labelled } from "../../ui/labelled";
import { problemText } from "../../ui/problem_text";
import { signed } from "../../work_orders/person";
import { YouAre } from "../work_orders/you_are";
import type { MachineProps } from "./machine_page";

const LINES = ["maker", "model", "serial", "supplier", "camera"] as const;
const DATES = ["installed_on", "commissioned_on", "warranty_until"] as const;
const LEVELS = ["a", "b", "c"] as const;

export interface NameplateProps extends MachineProps {
  readonly machine: MachineRecord;
  readonly renew: () => void;
}

export function NameplateBox({ site, code, machine, renew }: NameplateProps) {
  const editing = useSignal(false);
  const text = words.value.machines.nameplate;
  const facts = factsOf(machine.record);
  return (
    <section class="box" aria-labelledby="machine-nameplate">
      <div class="box-head">
        <h2 id="machine-nameplate">{text.title}</h2>
        <button type="button" class="button" onClick={() => { editing.value = true; }}>{text.edit}</button>
      </div>
      {facts.length === 0 ? <p class="faint">{text.none}</p> : (
        <dl class="panel-facts">
          {facts.map(([name, value]) => (
            <div key={name}>
              <dt>{name}</dt>
              <dd>{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {machine.record.notes === "" ? null : <p class="order-words">{machine.record.notes}</p>}
      {editing.value ? <NameplateDialog site={site} code={code} machine={machine} renew={renew} close={() => { editing.value = false; }} /> : null}
    </section>
  );
}

function factsOf(record: Nameplate): readonly (readonly [string, string])[] {
  const text = words.value.machines.nameplate;
  const { warranty_until } = record;
  const today = new Date(serverNow_ms()).toISOString().slice(0, 10);
  const warranty = warranty_until === null ? "" : `${warranty_until} (${warranty_until >= today ? text.inWarranty : text.outOfWarranty})`;
  const facts: readonly (readonly [string, string | null])[] = [
    [text.maker, record.maker],
    [text.model, record.model],
    [text.serial, record.serial],
    [text.built_year, record.built_year === null ? "" : String(record.built_year)],
    ...Object.entries(record.rated),
    [text.commissioned_on, record.commissioned_on ?? record.installed_on],
    [text.supplier, record.supplier],
    [text.warranty_until, warranty],
    [text.camera, record.camera],
  ];
  return facts.flatMap(([name, value]) => (value === null || value === "" ? [] : [[name, value] as const]));
}

type Draft = Readonly<Record<(typeof LINES)[number] | (typeof DATES)[number] | "built_year" | "criticality" | "rated" | "notes", string>>;

function NameplateDialog({ site, code, machine, renew, close }: NameplateProps & { readonly close: () => void }) {
  const id = useId();
  const text = words.value.machines.nameplate;
  const draft = useSignal<Draft>(draftOf(machine.record));
  const problem = useSignal<string | null>(null);
  const send = async (): Promise<string | null> => {
    try {
      await sendAt("PUT", ["equipment", site, code, "record"], signed(recordOf(draft.value)));
    } catch (error) {
      return problemText(error);
    }
    close();
    renew();
    return null;
  };
  return (
    <FormDialog id={id} title={text.title} confirm={text.save} problem={problem} send={send} close={close}>
      <div class="rule-fields">
        {LINES.map((name) => <Field key={name} id={id} name={name} draft={draft} />)}
        <Field id={id} name="built_year" draft={draft} />
        {DATES.map((name) => <Field key={name} id={id} name={name} draft={draft} type="date" />)}
        <Labelled id={`${id}-criticality`} label={text.criticality}>
          <select id={`${id}-criticality`} class="field" value={draft.value.criticality} onChange={(event) => { draft.value = { ...draft.value, criticality: event.currentTarget.value }; }}>
            <option value="">{text.noCriticality}</option>
            {LEVELS.map((level) => <option key={level} value={level}>{words.value.machines.criticality[level]}</option>)}
          </select>
        </Labelled>
      </div>
      {(["rated", "notes"] as const).map((name) => (
        <Labelled key={name} id={`${id}-${name}`} label={text[name]} {...(name === "rated" ? { hint: text.ratedHint } : {})}>
          <textarea id={`${id}-${name}`} class="field" rows={3} value={draft.value[name]} onInput={(event) => { draft.value = { ...draft.value, [name]: event.currentTarget.value }; }} />
        </Labelled>
      ))}
      <YouAre />
    </FormDialog>
  );
}

interface FieldProps {
  readonly id: string;
  readonly name: (typeof LINES)[number] | (typeof DATES)[number] | "built_year";
  readonly draft: Signal<Draft>;
  readonly type?: "date";
}

function Field({ id, name, draft, type }: FieldProps) {
  const shared = { id: `${id}-${name}`, class: "field", value: draft.value[name], onInput: (event: Event) => { draft.value = { ...draft.value, [name]: (event.currentTarget as HTMLInputElement).value }; } };
  return (
    <Labelled id={`${id}-${name}`} label={words.value.machines.nameplate[name]}>
      {type === "date" ? <input type="date" {...shared} /> : <input maxLength={200} {...shared} />}
    </Labelled>
  );
}

function draftOf(record: Nameplate): Draft {
  return {
    maker: record.maker, model: record.model, serial: record.serial, supplier: record.supplier, camera: record.camera, notes: record.notes,
    built_year: String(record.built_year ?? ""), installed_on: record.installed_on ?? "", commissioned_on: record.commissioned_on ?? "",
    warranty_until: record.warranty_until ?? "", criticality: record.criticality ?? "",
    rated: Object.entries(record.rated).map(([name, value]) => `${name}: ${value}`).join("\n"),
  };
}

/** What is left out is empty; what is no year is sent as it was typed, and the service says what is wrong with it. */
function recordOf(draft: Draft): object {
  const { rated, ...rest } = draft;
  const filled = Object.fromEntries(Object.entries(rest).filter(([, value]) => value.trim() !== "").map(([name, value]) => [name, name === "built_year" && /^\d+$/.test(value.trim()) ? Number(value) : value.trim()]));
  const lines = rated.split("\n").map((line) => line.trim()).filter((line) => line !== "");
  return { ...filled, rated: Object.fromEntries(lines.map(pairOf)) };
}

/** "power: 75 kW"; a line without a colon is a name without a value, which the service keeps as such. */
function pairOf(line: string): readonly [string, string] {
  const colon = line.search(/[:：]/);
  return colon < 0 ? [line, ""] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
}
