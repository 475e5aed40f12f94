/** A month of plans: on which day what falls due, on which machine. A grid at a desk, the days with something in them on a phone. */
import { formatDay, formatTime } from "../../format/time";
import { words } from "../../i18n";
import { serverNow_ms } from "../../live/clock";
import { dueMachine, loadMonth, monthAfter, planName, weeksOf, type Due } from "../../maintenance/due";
import { useSite } from "../../session/context";
import { useResource } from "../../session/use_resource";
import { isNarrow } from "../../shell/narrow";
import { locale } from "../../shell/preferences";
import { route } from "../../shell/router";
import { ProblemNote } from "../../ui/note";
import { hrefTo, machineHref, orderHref } from "../../work_orders/addresses";

const SHOWN_A_DAY = 4;

export function DueCalendar() {
  const { session, view } = useSite();
  const text = words.value.maintenance.calendar;
  const zone = view.model.site.time_zone;
  const today = formatDay(serverNow_ms(), zone);
  const wanted = route.value.query.get("month") ?? "";
  const month = /^\d{4}-(0[1-9]|1[0-2])$/.test(wanted) ? wanted : today.slice(0, 7);
  const stored = useResource(() => loadMonth(session.code, month), [session.code, month], session.orders.renewed.value);
  const { value, problem } = stored.state.value;
  const to = (one: string): string => hrefTo(["maintenance"], { show: "calendar", month: one });
  return (
    <section class="box" aria-labelledby="calendar-title">
      <div class="box-head">
        <h2 id="calendar-title">{formatTime(Date.parse(`${month}-15T12:00:00Z`), "month", "UTC", locale.value)}</h2>
        <nav class="choice" aria-label={words.value.maintenance.parts.calendar}>
          <a class="button" href={to(monthAfter(month, -1))}>{text.before}</a>
          <a class="button" href={to(today.slice(0, 7))}>{text.today}</a>
          <a class="button" href={to(monthAfter(month, 1))}>{text.after}</a>
        </nav>
      </div>
      {problem === null ? null : <ProblemNote problem={problem} retry={() => void stored.load()} />}
      {value === null ? <p class="faint">{problem === null ? words.value.loading : ""}</p> : isNarrow.value ? <Days month={month} due={value} /> : <Month month={month} due={value} today={today} />}
    </section>
  );
}

function dayName(day: string, style: "weekday" | "day"): string {
  return formatTime(Date.parse(`${day}T12:00:00Z`), style, "UTC", locale.value);
}

function Month({ month, due, today }: { readonly month: string; readonly due: readonly Due[]; readonly today: string }) {
  const text = words.value.maintenance.calendar;
  const weeks = weeksOf(month);
  const monday = "2026-06-01"; // any Monday names the days
  return (
    <table class="calendar" aria-labelledby="calendar-title">
      <thead>
        <tr>{Array.from({ length: 7 }, (_, day) => <th key={day} scope="col">{dayName(`${monday.slice(0, 8)}0${day + 1}`, "weekday")}</th>)}</tr>
      </thead>
      <tbody>
        {weeks.map((week) => (
          <tr key={week.find((day) => day !== null)}>
            {week.map((day, index) => {
              const on = day === null ? [] : due.filter(({ due_on }) => due_on === day);
              return (
                <td key={day ?? index} data-today={day === today} data-outside={day === null}>
                  {day === null ? null : <span class="calendar-day">{Number(day.slice(8))}</span>}
                  {on.slice(0, SHOWN_A_DAY).map((one) => <OneDue key={`${one.plan} ${one.subject}`} due={one} />)}
                  {on.length > SHOWN_A_DAY ? <span class="faint calendar-due">{text.more(on.length - SHOWN_A_DAY)}</span> : null}
                </td>
              );
            })}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Days({ month, due }: { readonly month: string; readonly due: readonly Due[] }) {
  const days = weeksOf(month).flat().filter((day) => day !== null && due.some(({ due_on }) => due_on === day));
  if (days.length === 0) return <p class="faint">{words.value.maintenance.calendar.nothing}</p>;
  return (
    <ul class="order-lines">
      {days.map((day) => day === null ? null : (
        <li key={day} class="calendar-list-day">
          <b>{dayName(day, "day")}</b>
          <span>{due.filter(({ due_on }) => due_on === day).map((one) => <OneDue key={`${one.plan} ${one.subject}`} due={one} />)}</span>
        </li>
      ))}
    </ul>
  );
}

function OneDue({ due }: { readonly due: Due }) {
  const href = due.order !== null && !due.is_repeat ? orderHref(due.order) : due.subject_kind === "equipment" ? machineHref(due.site, due.subject) : null;
  const shown = <>{due.is_overdue ? <span class="order-bad">! </span> : null}<b>{dueMachine(due)}</b> {planName(due)}</>;
  return href === null ? <span class="calendar-due" data-repeat={due.is_repeat}>{shown}</span> : <a class="calendar-due" data-repeat={due.is_repeat} href={href} title={`${dueMachine(due)}: ${planName(due)}`}>{shown}</a>;
}
