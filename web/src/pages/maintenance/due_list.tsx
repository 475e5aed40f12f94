/** Every plan on every machine, the earliest first: when it is due, how much of it is used up, and the order that is open for it. */
import { PriorityMark } from "../../alarms/priority_mark";
import { formatAge } from "../../format/age";
import { daysUntil } from "../../format/days";
import { formatNumber } from "../../format/number";
import { formatDay, formatTime } from "../../format/time";
import { unitSymbol } from "../../format/unit";
import { words } from "../../i18n";
import { now_ms } from "../../live/clock";
import { dueMachine, loadDue, planName, type Due } from "../../maintenance/due";
import { useSite } from "../../session/context";
import { useResource } from "../../session/use_resource";
import { isNarrow } from "../../shell/narrow";
import { locale } from "../../shell/preferences";
import { Icon } from "../../ui/icon";
import { ProblemNote } from "../../ui/note";
import { ShareBar } from "../../ui/share_bar";
import { PageSkeleton } from "../../ui/skeleton";
import { machineHref, orderHref } from "../../work_orders/addresses";

const COLUMNS = ["plan", "machine", "due", "used", "order"] as const;

export function DueList() {
  const { session } = useSite();
  const stored = useResource(() => loadDue(session.code), [session.code], session.orders.renewed.value);
  const { value, problem } = stored.state.value;
  const text = words.value.maintenance;
  return (
    <section class="box" aria-labelledby="due-title">
      <div class="box-head">
        <h2 id="due-title">{text.parts.due}</h2>
        <p class="faint" role="status">{value === null ? "" : text.due.shown(value.length)}</p>
      </div>
      {problem === null ? null : <ProblemNote problem={problem} retry={() => void stored.load()} />}
      {value === null ? (problem === null ? <PageSkeleton /> : null) : value.length === 0 ? <p class="energy-nothing">{text.due.none}</p> : (
        isNarrow.value ? <ul class="order-lines">{value.map((due) => <Card key={keyOf(due)} due={due} />)}</ul> : <div class="energy-scroll" role="group" tabIndex={0} aria-labelledby="due-title">
          <table class="energy-table due-table" aria-labelledby="due-title">
            <thead><tr>{COLUMNS.map((column) => <th key={column} scope="col">{text.due.columns[column]}</th>)}</tr></thead>
            <tbody>{value.map((due) => <Row key={keyOf(due)} due={due} />)}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function Row({ due }: { readonly due: Due }) {
  return (
    <tr>
      <td><span class="with-mark"><PriorityMark priority={due.priority} asking={due.is_overdue} /><span class="due-plan">{planName(due)}</span></span></td>
      <td>{due.subject_kind === "equipment" ? <a class="link" href={machineHref(due.site, due.subject)}>{dueMachine(due)}</a> : dueMachine(due)}</td>
      <td><When due={due} /></td>
      <td><Used due={due} /></td>
      <td>{due.order === null ? <span class="faint">–</span> : <a class="link" href={orderHref(due.order)}>#{due.order.split("/")[1]}</a>}</td>
    </tr>
  );
}

function keyOf({ plan, subject_kind, subject }: Due): string {
  return `${plan} ${subject_kind} ${subject}`;
}

/** On a phone: what and where, and beside it when. */
function Card({ due }: { readonly due: Due }) {
  return (
    <li>
      <span>
        <span class="with-mark"><PriorityMark priority={due.priority} asking={due.is_overdue} />{due.subject_kind === "equipment" ? <a class="link due-machine" href={machineHref(due.site, due.subject)}>{dueMachine(due)}</a> : dueMachine(due)}</span>
        <span class="list-code">{planName(due)}</span>
      </span>
      <span class="machine-due">
        <When due={due} />
        {due.order === null ? null : <a class="link due-machine" href={orderHref(due.order)}>#{due.order.split("/")[1]}</a>}
      </span>
    </li>
  );
}

function When({ due }: { readonly due: Due }) {
  const { view } = useSite();
  const text = words.value.maintenance.due;
  if (due.due_at === null) return <span class="faint">{due.is_due ? text.now : text.unknown}</span>;
  const time_ms = Date.parse(due.due_at);
  const left_s = (time_ms - now_ms.value) / 1000;
  const days = due.due_on === null ? 0 : daysUntil(due.due_on, formatDay(now_ms.value, view.model.site.time_zone));
  const left = days > 1 ? words.value.age.days(days) : formatAge(left_s, words.value.age);
  const said = left_s > 0 ? text.in(left) : due.is_overdue ? text.overdue(formatAge(-left_s, words.value.age)) : text.now;
  return (
    <>
      <span class="order-due" data-urgency={due.is_overdue ? "overdue" : due.is_due ? "unanswered" : "due"}>{due.is_overdue ? <Icon name="warning" /> : null}{said}</span>
      <span class="list-code">{formatTime(time_ms, "date", view.model.site.time_zone, locale.value)}{due.unit === "d" || due.is_due ? "" : ` · ${text.forecast}`}</span>
    </>
  );
}

function Used({ due: { used, allowed, unit } }: { readonly due: Due }) {
  const figure = (value: number): string => `${formatNumber(value, 0, locale.value)} ${unit === "starts" ? "" : unitSymbol(unit)}`.trim();
  if (used === null || allowed === null || allowed === 0) return <span class="faint">–</span>;
  return (
    <span class="due-used">
      <ShareBar share={Math.min(1, used / allowed)} />
      {words.value.maintenance.due.usedOf(figure(used), figure(unit === "d" ? Math.ceil(allowed) : allowed))}
    </span>
  );
}
