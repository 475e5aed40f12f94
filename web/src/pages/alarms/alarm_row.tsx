/** One alarm as one sentence: how bad and whether seen, which machine has what, value and limit, since when, and why most likely. */
import { isPossible, type Action } from "../../alarms/actions";
import { alarmHref } from "../../alarms/addresses";
import { began_ms, isAsking, type Alarm } from "../../alarms/model";
import { agoOf, alarmMessage, alarmName, figureWithUnit, hasFigure, likelyCause, machineName, priorityName, quietReason } from "../../alarms/naming";
import { PriorityMark } from "../../alarms/priority_mark";
import { formatTime } from "../../format/time";
import { words } from "../../i18n";
import { now_ms } from "../../live/clock";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { Figure } from "../../ui/figure";

export interface AlarmRowProps {
  readonly alarm: Alarm;
  readonly index: number;
  readonly selected: boolean;
  /** Others of its group came after it: look here first. */
  readonly leads: boolean;
  readonly toggle: (alarm: string) => void;
  readonly ask: (action: Action) => void;
}

/** The one action that a row offers by itself; the others are on the alarm's page, on the keys and below for many. */
const FIRST: readonly Action[] = ["acknowledge", "reset", "unshelve", "return-to-service", "shelve"];

export function AlarmRow({ alarm, index, selected, leads, toggle, ask }: AlarmRowProps) {
  const text = words.value.alarms;
  const message = alarmMessage(alarm, locale.value);
  const [first, second] = alarm.state === "suppressed" ? [] : FIRST.filter((action) => isPossible(action, alarm));
  return (
    <div class="list-row list-columns alarm-row alarm-columns" role="row" aria-rowindex={index + 2} data-index={index} data-asking={isAsking(alarm)} data-chosen={selected}>
      <span role="cell" data-column="select">
        <label class="alarm-select">
          <input type="checkbox" class="check" aria-label={text.selectOne(message)} checked={selected} onChange={() => { toggle(alarm.alarm); }} />
        </label>
      </span>
      <span role="cell" data-column="worst">
        <PriorityMark priority={alarm.priority} asking={isAsking(alarm)} />
        <span class="alarm-two">
          <b class="alarm-priority">{priorityName(alarm.priority)}</b>
          <StateText alarm={alarm} />
        </span>
      </span>
      <span role="cell" data-column="machine">
        <a class="list-link" href={alarmHref(alarm.alarm)} title={message}>
          <b>{machineName(alarm)}</b> {alarmName(alarm)}
        </a>
        <RowPlace alarm={alarm} leads={leads} />
      </span>
      <span role="cell" data-column="figure"><RowFigure alarm={alarm} /></span>
      <span role="cell" data-column="since"><RowSince alarm={alarm} /></span>
      <span role="cell" data-column="cause">{likelyCause(alarm, locale.value) ?? <span class="faint">{text.noCause}</span>}</span>
      <span role="cell" data-column="actions">
        {first === undefined ? null : <button type="button" class="button" aria-label={`${text.actions[first]}: ${message}`} onClick={() => { ask(first); }}>{text.actions[first]}</button>}
        {second === undefined || first !== "acknowledge" ? null : <button type="button" class="button button-plain" aria-label={`${text.actions[second]}: ${message}`} onClick={() => { ask(second); }}>{text.actions[second]}</button>}
      </span>
    </div>
  );
}

export function StateText({ alarm }: { readonly alarm: Alarm }) {
  const { view } = useSite();
  const text = words.value.alarms;
  const until = alarm.shelved_until === null ? "" : ` ${text.until(formatTime(Date.parse(alarm.shelved_until), "minute", view.model.site.time_zone, locale.value))}`;
  const reason = alarm.state === "suppressed" ? quietReason(alarm.quiet) : null;
  return <span class="alarm-state">{text.states[alarm.state]}{until}{reason === null ? "" : `: ${reason}`}</span>;
}

function RowPlace({ alarm, leads }: Pick<AlarmRowProps, "alarm" | "leads">) {
  const { view } = useSite();
  const text = words.value.alarms;
  const place = view.model.device.get(alarm.subject)?.place;
  const parts = [leads ? text.firstOut : alarm.first_out_of === null ? null : text.follows, alarm.subject, place === null || place === undefined ? null : placeText(place.space)];
  return <span class="list-code">{parts.filter((part) => part !== null).join(" · ")}</span>;
}

function placeText(space: { readonly name: string; readonly name_zh?: string | null }): string {
  return locale.value === "zh" ? (space.name_zh ?? space.name) : space.name;
}

export function RowFigure({ alarm }: { readonly alarm: Alarm }) {
  const text = words.value.alarms;
  if (!hasFigure(alarm) || alarm.value === null) return <span class="faint">–</span>;
  return (
    <>
      <span class="alarm-value"><Figure value={alarm.value} unit={alarm.unit} quality="fresh" /></span>
      {alarm.limit === null ? null : <span class="list-code">{text.limit(figureWithUnit(alarm.limit, alarm.unit, locale.value))}</span>}
    </>
  );
}

function RowSince({ alarm }: { readonly alarm: Alarm }) {
  const { view } = useSite();
  const time_ms = began_ms(alarm);
  if (time_ms === null) return <>–</>;
  return (
    <>
      {agoOf(time_ms, now_ms.value)}
      <span class="list-code">{formatTime(time_ms, "moment", view.model.site.time_zone, locale.value)}</span>
    </>
  );
}
