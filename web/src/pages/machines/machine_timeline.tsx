/** Everything that happened to the machine, the newest first, a page at a time; which kinds is part of the address; the same as a file. */
import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { alarmHref } from "../../alarms/addresses";
import { addressAt, askAt } from "../../api/at";
import { asProblem, type RequestProblem } from "../../api/problem";
import { formatAge } from "../../format/age";
import { formatNumber } from "../../format/number";
import { formatTime } from "../../format/time";
import { named, words } from "../../i18n";
import { TIMELINE_KINDS, type TimelineEntry, type TimelineKind, type TimelinePage } from "../../machines/load";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { go, route, routeHref } from "../../shell/router";
import { Icon } from "../../ui/icon";
import { ProblemNote } from "../../ui/note";
import { orderHref } from "../../work_orders/addresses";
import { wordOf } from "../../work_orders/naming";
import type { MachineProps } from "./machine_page";
import "../work_orders/order_trail.css";

const AT_ONCE = 60;

export function MachineTimeline({ site, code }: MachineProps) {
  const text = words.value.machines.timeline;
  const wanted = (route.value.query.get("kinds") ?? "").split(",");
  const kinds = TIMELINE_KINDS.filter((kind) => wanted.includes(kind));
  const file = (form: string): string => addressAt(["equipment", site, code, "timeline"], { kind: kinds, format: form });
  return (
    <section class="box" aria-labelledby="machine-timeline">
      <div class="box-head">
        <h2 id="machine-timeline">{text.title}</h2>
        <p class="energy-exports">
          {(["xlsx", "pdf"] as const).map((form) => <a key={form} class="button" href={file(form)} download aria-label={text.export(text[form])}><Icon name="download" />{text[form]}</a>)}
        </p>
      </div>
      <div class="timeline-kinds" role="group" aria-label={text.kindsLabel}>
        {TIMELINE_KINDS.map((kind) => (
          <button key={kind} type="button" class="button" aria-pressed={kinds.includes(kind)} onClick={() => { toggle(kinds, kind); }}>{text.kinds[kind]}</button>
        ))}
      </div>
      <Entries key={kinds.join()} site={site} code={code} kinds={kinds} />
    </section>
  );
}

function toggle(kinds: readonly TimelineKind[], kind: TimelineKind): void {
  const { path, query } = route.peek();
  const next = new URLSearchParams(query);
  const chosen = TIMELINE_KINDS.filter((one) => (one === kind ? !kinds.includes(one) : kinds.includes(one)));
  if (chosen.length === 0) next.delete("kinds");
  else next.set("kinds", chosen.join(","));
  go(routeHref(path, next), true);
}

function Entries({ site, code, kinds }: MachineProps & { readonly kinds: readonly TimelineKind[] }) {
  const { session } = useSite();
  const entries = useSignal<readonly TimelineEntry[] | null>(null);
  const next = useSignal<string | null>(null);
  const problem = useSignal<RequestProblem | null>(null);
  const text = words.value.machines.timeline;
  const load = async (cursor: string | null): Promise<void> => {
    try {
      const page = await askAt<TimelinePage>(["equipment", site, code, "timeline"], { limit: AT_ONCE, cursor, kind: kinds });
      entries.value = [...(cursor === null ? [] : (entries.peek() ?? [])), ...page.items];
      next.value = page.next;
      problem.value = null;
    } catch (error) {
      problem.value = asProblem(error);
    }
  };
  useEffect(() => {
    // Who reads further back is not thrown to the head by what is new.
    if ((entries.peek()?.length ?? 0) <= AT_ONCE) void load(null);
  }, [session.orders.renewed.value]);
  if (problem.value !== null) return <ProblemNote problem={problem.value} retry={() => void load(null)} />;
  if (entries.value === null) return <p class="faint">{words.value.loading}</p>;
  if (entries.value.length === 0) return <p class="faint">{kinds.length === 0 ? text.none : text.noMatch}</p>;
  return (
    <>
      <ol class="trail">{entries.value.map((entry, index) => <OneEntry key={`${entry.at} ${entry.kind} ${index}`} entry={entry} />)}</ol>
      {next.value === null ? null : <p><button type="button" class="button" onClick={() => void load(next.value)}>{text.more}</button></p>}
    </>
  );
}

function OneEntry({ entry }: { readonly entry: TimelineEntry }) {
  const { view } = useSite();
  const text = words.value.machines.timeline;
  const isDay = entry.event === "day";
  const zone = view.model.site.time_zone;
  const title = named({ name: entry.title, name_zh: entry.title_zh });
  const event = entry.kind === "downtime" ? wordOf(words.value.order.downtime.reasons, entry.event) : wordOf(text.events, entry.event);
  return (
    <li>
      <time class="faint" dateTime={entry.at}>{formatTime(Date.parse(entry.at), isDay ? "date" : "moment", zone, locale.value)}</time>
      <div>
        <p>
          <span class="timeline-entry-kind">{text.kinds[entry.kind]}</span> <b>{isDay ? dayText(entry) : event}</b>
          {isDay ? null : <> <Titled title={title} entry={entry} /></>}
          <Lasted entry={entry} />
          {entry.actor === null ? null : <span class="faint"> · {entry.actor}</span>}
        </p>
        {entry.text === "" || entry.text === entry.title ? null : <p class="order-words">{entry.text}</p>}
      </div>
    </li>
  );
}

function dayText({ detail }: TimelineEntry): string {
  const text = words.value.machines;
  const figure = (name: string): number => (typeof detail[name] === "number" ? detail[name] : 0);
  return text.timeline.day(formatNumber(figure("run_h"), 1, locale.value), text.figures.starts(formatNumber(figure("starts"), 0, locale.value), figure("starts")));
}

function Lasted({ entry }: { readonly entry: TimelineEntry }) {
  const text = words.value.machines.timeline;
  if (entry.event === "day" || entry.kind === "document" || entry.ended_at === null) {
    return entry.kind === "downtime" && entry.ended_at === null ? <span class="order-warn"> · {text.lasts}</span> : null;
  }
  return <span class="faint"> · {text.lasted(formatAge((Date.parse(entry.ended_at) - Date.parse(entry.at)) / 1000, words.value.age))}</span>;
}

/** The title leads to what it is about: an alarm, an order, a file. */
function Titled({ title, entry: { kind, reference, detail } }: { readonly title: string; readonly entry: TimelineEntry }) {
  if (reference === null) return <>{title}</>;
  const name = typeof detail["name"] === "string" ? detail["name"] : reference;
  if (kind === "document") return <a class="link" href={addressAt(["attachments", reference])} target="_blank" rel="noopener">{title === "" ? name : title}</a>;
  const href = kind === "alarm" ? alarmHref(reference) : /^[^/]+\/\d+$/.test(reference) ? orderHref(reference) : null;
  return href === null ? <>{title}</> : <a class="link" href={href}>{title === "" ? reference : title}</a>;
}
