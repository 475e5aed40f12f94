/** What is known of the alarm now, in a list of terms. */
import type { ComponentChildren } from "preact";
import { listHref, ruleOf } from "../../alarms/addresses";
import { began_ms } from "../../alarms/model";
import { agoOf, figureWithUnit, hasFigure, machineName, systemName } from "../../alarms/naming";
import type { AlarmRecord } from "../../alarms/record";
import { formatTime } from "../../format/time";
import { words } from "../../i18n";
import { now_ms } from "../../live/clock";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { route, routeHref } from "../../shell/router";
import { machineHref } from "../../work_orders/addresses";

export function AlarmFacts({ record }: { readonly record: AlarmRecord }) {
  const { view } = useSite();
  const text = words.value.alarmPages.detail;
  const zone = view.model.site.time_zone;
  const full = (time: string): string => formatTime(Date.parse(time), "full", zone, locale.value);
  const known = view.model.device.has(record.subject) && record.subject_kind === "device";
  const { path, query } = route.value;
  const panel = new URLSearchParams(query);
  panel.set("device", record.subject);
  const raised_ms = began_ms(record);
  const facts: readonly (readonly [string, ComponentChildren])[] = [
    [text.machine, known ? <a class="link" href={routeHref(path, panel)}>{machineName(record)}</a> : machineName(record)],
    [words.value.machines.record, record.equipment === null ? null : <a class="link" href={machineHref(record.site, record.equipment)}>{record.equipment}</a>],
    [text.rule, <a class="link" href={listHref({ show: "rules", rule: ruleOf(record.alarm) })}>{record.rule}</a>],
    [text.system, systemName(record.system)],
    [text.level, record.level],
    [text.value, hasFigure(record) && record.value !== null ? `${figureWithUnit(record.value, record.unit, locale.value)}${record.limit === null ? "" : ` · ${words.value.alarms.limit(figureWithUnit(record.limit, record.unit, locale.value))}`}` : null],
    [text.condition, text.conditions[record.condition]],
    [text.raised, record.raised_at === null || raised_ms === null ? null : `${full(record.raised_at)} (${words.value.age.ago(agoOf(raised_ms, now_ms.value))})`],
    [text.seen, record.raised_at === null ? null : record.acknowledged_at === null ? text.notSeen : text.seenBy(record.acknowledged_by ?? text.itself, full(record.acknowledged_at))],
  ];
  return (
    <section class="box" aria-labelledby="alarm-now">
      <h2 id="alarm-now">{text.now}</h2>
      <dl class="panel-facts alarm-facts">
        {facts.filter(([, value]) => value !== null && value !== "").map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
