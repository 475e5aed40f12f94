/** The listed alarms as CSV: a row an alarm, instants in UTC. The names of the columns are English in both languages: programs read them. */
import type { Alarm } from "../../alarms/model";
import { alarmMessage, alarmName, causeName, machineName } from "../../alarms/naming";
import { locale } from "../../shell/preferences";
import { saveCsv, type Cell } from "../../ui/csv";

const HEAD: readonly string[] = [
  "alarm", "priority", "state", "machine", "name", "message", "system", "level", "value", "limit", "unit", "raised_at", "acknowledged_at",
  "acknowledged_by", "shelved_until", "quiet", "likely_cause", "likelihood",
];

export function exportAlarms(site: string, alarms: readonly Alarm[]): void {
  saveCsv(`alarms-${site}`, [HEAD, ...alarms.map(cells)]);
}

function cells(alarm: Alarm): Cell[] {
  const [cause] = alarm.causes;
  return [
    alarm.alarm, alarm.priority, alarm.state, machineName(alarm), alarmName(alarm), alarmMessage(alarm, locale.value), alarm.system, alarm.level,
    alarm.value, alarm.limit, alarm.unit, utc(alarm.raised_at), utc(alarm.acknowledged_at), alarm.acknowledged_by, utc(alarm.shelved_until),
    alarm.quiet, cause === undefined ? null : causeName(cause), cause?.likelihood ?? null,
  ];
}

function utc(text: string | null): string | null {
  return text === null ? null : new Date(text).toISOString();
}
