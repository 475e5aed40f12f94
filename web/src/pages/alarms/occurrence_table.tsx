/** Occurrences as a table: when raised, how bad, what, for how long, how soon seen, and the likeliest cause. */
import { alarmHref } from "../../alarms/addresses";
import { alarmName, figureWithUnit, hasFigure, likelyCause, machineName } from "../../alarms/naming";
import { PriorityMark } from "../../alarms/priority_mark";
import { between_s, type Occurrence } from "../../alarms/record";
import { formatAge } from "../../format/age";
import { formatTime } from "../../format/time";
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import type { ComponentChildren } from "preact";

export const OCCURRENCE_COLUMNS = ["raised_at", "priority", "machine", "value", "lasted", "acknowledged", "cause"] as const;
export type OccurrenceColumn = (typeof OCCURRENCE_COLUMNS)[number];

export interface OccurrenceTableProps {
  readonly rows: readonly Occurrence[];
  readonly labelledBy: string;
  /** Of one alarm the name goes without saying. */
  readonly named: boolean;
  /** What stands in a column's head, where it is more than its word. */
  readonly head?: (column: OccurrenceColumn) => ComponentChildren;
}

export function OccurrenceTable({ rows, labelledBy, named, head }: OccurrenceTableProps) {
  const text = words.value.alarmPages.history;
  const columns = OCCURRENCE_COLUMNS.filter((column) => named || column !== "machine");
  return (
    <div class="energy-scroll" role="group" tabIndex={0} aria-labelledby={labelledBy}>
      <table class="energy-table" aria-labelledby={labelledBy}>
        <thead>
          <tr>
            {columns.map((column) => head?.(column) ?? <th key={column} scope="col">{text.columns[column]}</th>)}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => <OccurrenceRow key={`${row.alarm} ${row.raised_at}`} row={row} named={named} />)}
        </tbody>
      </table>
    </div>
  );
}

function OccurrenceRow({ row, named }: { readonly row: Occurrence; readonly named: boolean }) {
  const { view } = useSite();
  const text = words.value.alarmPages.history;
  const lasted_s = between_s(row.raised_at, row.returned_at ?? row.ended_at);
  const seen_s = between_s(row.raised_at, row.first_acknowledged_at);
  return (
    <tr>
      <td>{formatTime(Date.parse(row.raised_at), "full", view.model.site.time_zone, locale.value)}</td>
      <td><span class="with-mark"><PriorityMark priority={row.priority} asking={false} />{words.value.alarms.priorities[row.priority]}</span></td>
      {named ? <th scope="row" class="occurrence-name"><a class="link" href={alarmHref(row.alarm)}><b>{machineName(row)}</b> {alarmName(row)}</a></th> : null}
      <td>{hasFigure(row) && row.value !== null ? figureWithUnit(row.value, row.unit, locale.value) : "–"}{!hasFigure(row) ? null : <span class="faint"> · {words.value.alarms.limit(figureWithUnit(row.limit, row.unit, locale.value))}</span>}</td>
      <td>{lasted_s === null ? text.lasts : formatAge(lasted_s, words.value.age)}</td>
      <td>{seen_s === null ? <span class="faint">{text.notSeen}</span> : <>{formatAge(seen_s, words.value.age)}{row.acknowledged_by === null ? null : <span class="faint"> {text.by(row.acknowledged_by)}</span>}</>}</td>
      <td class="occurrence-cause">{likelyCause(row, locale.value) ?? <span class="faint">–</span>}</td>
    </tr>
  );
}
