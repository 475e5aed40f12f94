/**
 * The checklist: what is looked at passes or fails at one press, what is measured is typed and judged by its limits, what is photographed is
 * photographed. A failed step wants a word about what was found, and where the job says so it opens an order of its own.
 */
import { useSignal, type Signal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { figureWithUnit } from "../../alarms/naming";
import { formatTime } from "../../format/time";
import { unitSymbol } from "../../format/unit";
import { named, words } from "../../i18n";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { Icon, type IconName } from "../../ui/icon";
import { Labelled } from "../../ui/labelled";
import { orderHref } from "../../work_orders/addresses";
import { isAtWork, type OrderDesk } from "../../work_orders/desk";
import type { Task, TaskResult } from "../../work_orders/record";
import "./checklists.css";

const ICONS: Readonly<Record<TaskResult | "open", IconName>> = { open: "fresh", passed: "check", failed: "close", skipped: "missing" };

export function Tasks({ desk }: { readonly desk: OrderDesk }) {
  const { task_list, tasks_done, tasks } = desk.record;
  const text = words.value.order.tasks;
  if (task_list.length === 0) return null;
  return (
    <section class="box" id="order-tasks" aria-labelledby="order-tasks-title">
      <div class="box-head">
        <h2 id="order-tasks-title">{text.title}</h2>
        <p class="faint" role="status">{words.value.orders.tasks(tasks_done, tasks)}</p>
      </div>
      {isAtWork(desk.record) && desk.record.state !== "in_progress" ? <p class="faint">{text.notYet}</p> : null}
      <ol class="checklist">
        {task_list.map((task) => <OneTask key={task.position} task={task} desk={desk} />)}
      </ol>
    </section>
  );
}

type Stage = "shown" | "asking" | "failed" | "skipped";

function OneTask({ task, desk }: { readonly task: Task; readonly desk: OrderDesk }) {
  const text = words.value.order.tasks;
  const stage = useSignal<Stage>(task.result === null ? "asking" : "shown");
  const sending = useSignal(false);
  const problem = useSignal<string | null>(null);
  const card = useRef<HTMLLIElement>(null);
  // Whoever found something, here or at another screen: the question is answered.
  useEffect(() => { stage.value = task.result === null ? "asking" : "shown"; }, [task.result, task.at]);
  const tell = async (body: object): Promise<void> => {
    if (sending.value) return;
    sending.value = true;
    problem.value = await desk.tell("PUT", ["tasks", task.position], body);
    sending.value = false;
    if (problem.value !== null) return;
    stage.value = "shown";
    card.current?.focus({ preventScroll: true });
  };
  return (
    <li class="check-card" ref={card} tabIndex={-1} data-kind={task.result ?? "open"}>
      <p class="check-card-title">
        <Icon name={ICONS[task.result ?? "open"]} />
        <span><b>{named({ name: task.text, name_zh: task.text_zh })}</b>{task.required ? null : <span class="faint"> · {text.optional}</span>}</span>
      </p>
      {task.result === null ? null : <Found task={task} result={task.result} />}
      {desk.record.state === "in_progress" ? <Answer task={task} stage={stage} tell={tell} problem={problem} /> : null}
      {problem.value === null ? null : <p class="held-problem" role="alert"><Icon name="warning" />{problem.value}</p>}
    </li>
  );
}

function Found({ task, result }: { readonly task: Task; readonly result: TaskResult }) {
  const { view } = useSite();
  const text = words.value.order.tasks;
  const value = task.value === null ? null : figureWithUnit(task.value, task.unit ?? "", locale.value);
  const time = task.at === null ? null : formatTime(Date.parse(task.at), "moment", view.model.site.time_zone, locale.value);
  return (
    <p>
      <span class={result === "failed" ? "order-bad" : ""}>{text.results[result]}</span>
      {[value, task.note, task.by, time].filter((part) => part !== null && part !== "").map((part) => ` · ${part ?? ""}`).join("")}
      {task.follow_up === null ? null : <> · <a class="link" href={orderHref(task.follow_up)}>{text.followUp(task.follow_up)}</a></>}
    </p>
  );
}

interface AskingProps {
  readonly task: Task;
  readonly stage: Signal<Stage>;
  readonly tell: (body: object) => Promise<void>;
  readonly problem: Signal<string | null>;
}

function Answer({ task, stage, tell, problem }: AskingProps) {
  const text = words.value.order.tasks;
  switch (stage.value) {
    case "shown":
      return <p><button type="button" class="button button-plain" aria-label={`${text.change}: ${task.text}`} onClick={() => { stage.value = "asking"; }}>{text.change}</button></p>;
    case "asking":
      return <Asking task={task} stage={stage} tell={tell} problem={problem} />;
    case "failed":
    case "skipped":
      return <WithWords task={task} result={stage.value} stage={stage} tell={tell} />;
  }
}

function Asking({ task, stage, tell, problem }: AskingProps) {
  const text = words.value.order.tasks;
  const button = (word: string): string => `${word}: ${task.text}`;
  if (task.kind === "measure") return <Measure task={task} tell={tell} problem={problem} />;
  return (
    <div class="check-buttons">
      <button type="button" class="button check-button" aria-label={button(text.pass)} onClick={() => void tell({ result: "passed" })}><Icon name="check" />{text.pass}</button>
      <button type="button" class="button check-button" aria-label={button(text.fail)} onClick={() => { stage.value = "failed"; }}><Icon name="close" />{text.fail}</button>
      <button type="button" class="button button-plain check-button" aria-label={button(text.skip)} onClick={() => { if (task.required) stage.value = "skipped"; else void tell({ result: "skipped" }); }}>{text.skip}</button>
    </div>
  );
}

/** What was typed, with a comma as well as a point; null where it is no number. */
function numberOf(typed: string): number | null {
  const value = Number(typed.trim().replace(",", "."));
  return typed.trim() === "" || !Number.isFinite(value) ? null : value;
}

function isOutside(value: number, { minimum, maximum }: Task): boolean {
  return (minimum !== null && value < minimum) || (maximum !== null && value > maximum);
}

function limitsOf({ minimum, maximum, unit }: Task): string | undefined {
  const text = words.value.order.tasks;
  const limit = (value: number): string => figureWithUnit(value, unit ?? "", locale.value);
  if (minimum !== null && maximum !== null) return text.between(limit(minimum), limit(maximum));
  if (minimum !== null) return text.least(limit(minimum));
  return maximum === null ? undefined : text.most(limit(maximum));
}

function Measure({ task, tell, problem }: Omit<AskingProps, "stage">) {
  const id = useId();
  const typed = useSignal("");
  const text = words.value.order.tasks;
  const unit = task.unit ?? "";
  const limits = limitsOf(task);
  const value = numberOf(typed.value);
  const submit = (event: Event): void => {
    event.preventDefault();
    if (value === null) problem.value = text.valueNeeded;
    else void tell({ value });
  };
  return (
    <form class="order-form" onSubmit={submit}>
      <Labelled id={id} label={text.value} {...(limits === undefined ? {} : { hint: limits })}>
        <span class="check-measure">
          <input id={id} class="field" inputMode="decimal" autocomplete="off" value={typed.value} aria-invalid={problem.value !== null} onInput={(event) => { typed.value = event.currentTarget.value; }} />
          <span>{unitSymbol(unit)}</span>
          <button type="submit" class="button check-button" aria-label={`${text.save}: ${task.text}`}>{text.save}</button>
        </span>
      </Labelled>
      {value !== null && isOutside(value, task) ? <p class="order-warn">{task.opens_order ? text.outsideOpens : text.outside}</p> : null}
    </form>
  );
}

/** A failure wants to say what was found; a required check is skipped only with a reason. */
function WithWords({ task, result, stage, tell }: Omit<AskingProps, "problem"> & { readonly result: "failed" | "skipped" }) {
  const id = useId();
  const note = useSignal("");
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => { field.current?.focus(); }, []);
  const text = words.value.order.tasks;
  const failed = result === "failed";
  return (
    <form class="order-form" onSubmit={(event) => { event.preventDefault(); void tell({ result, note: note.value.trim() }); }}>
      <Labelled id={id} label={failed ? text.found : text.skipWhy} {...(failed && task.opens_order ? { hint: text.opensOrder } : {})}>
        <textarea id={id} ref={field} class="field" rows={2} maxLength={2000} value={note.value} onInput={(event) => { note.value = event.currentTarget.value; }} />
      </Labelled>
      <div class="check-buttons">
        <button type="submit" class="button check-button">{failed ? text.saveFailed : text.saveSkipped}</button>
        <button type="button" class="button button-plain check-button" onClick={() => { stage.value = "asking"; }}>{words.value.alarms.dialog.cancel}</button>
      </div>
    </form>
  );
}
