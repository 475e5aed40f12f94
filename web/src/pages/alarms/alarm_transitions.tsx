/** Every step the alarm took: when, what, by whom, and with which words. The newest first. */
import { figureWithUnit } from "../../alarms/naming";
import type { AlarmRecord } from "../../alarms/record";
import { formatTime } from "../../format/time";
import { readable, words } from "../../i18n";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";

export function AlarmTransitions({ record }: { readonly record: AlarmRecord }) {
  const { view } = useSite();
  const text = words.value.alarmPages.detail;
  const events: Readonly<Record<string, string>> = words.value.alarmPages.events;
  const states: Readonly<Record<string, string>> = words.value.alarms.states;
  return (
    <section class="box" aria-labelledby="alarm-steps">
      <h2 id="alarm-steps">{text.transitions}</h2>
      {record.transitions.length === 0 ? <p class="faint">{text.noTransitions}</p> : (
        <div class="energy-scroll" role="group" tabIndex={0} aria-labelledby="alarm-steps">
          <table class="energy-table" aria-labelledby="alarm-steps">
            <thead>
              <tr>
                <th scope="col">{text.columns.at}</th>
                <th scope="col">{text.columns.event}</th>
                <th scope="col">{text.columns.state}</th>
                <th scope="col" class="energy-number">{text.columns.value}</th>
                <th scope="col">{text.columns.who}</th>
                <th scope="col">{text.columns.comment}</th>
              </tr>
            </thead>
            <tbody>
              {record.transitions.map((step) => (
                <tr key={`${step.at} ${step.event} ${step.to}`}>
                  <td>{formatTime(Date.parse(step.at), "full", view.model.site.time_zone, locale.value)}</td>
                  <td>{events[step.event] ?? readable(step.event)}{step.level === null ? "" : ` (${step.level})`}</td>
                  <td>{states[step.to] ?? readable(step.to)}</td>
                  <td class="energy-number">{step.value === null ? "–" : figureWithUnit(step.value, record.unit, locale.value)}</td>
                  <td>{step.actor ?? <span class="faint">{text.itself}</span>}</td>
                  <td class="alarm-comment">{step.comment}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}
