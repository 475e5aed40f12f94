/** The values behind a chart, the newest first. */
import type { CourseValue } from "../../charts/trend";
import { formatTime } from "../../format/time";
import { words } from "../../i18n";
import { locale } from "../../shell/preferences";

export interface HistoryTableProps {
  readonly course: readonly CourseValue[];
  readonly zone: string;
  readonly write: (value: number) => string;
}

export function HistoryTable({ course, zone, write }: HistoryTableProps) {
  const text = words.value;
  return (
    <div class="history-values" tabIndex={0} role="region" aria-label={text.chart.asTable}>
      <table class="point-table">
        <thead>
          <tr>
            <th scope="col">{text.chart.time}</th>
            <th scope="col" class="point-table-number">{text.device.columns.value}</th>
          </tr>
        </thead>
        <tbody>
          {course.toReversed().map(({ time_ms, value }) =>
            value === null ? null : (
              <tr key={time_ms}>
                <td>{formatTime(time_ms, "full", zone, locale.value)}</td>
                <td class="point-table-number">{write(value)}</td>
              </tr>
            ),
          )}
        </tbody>
      </table>
    </div>
  );
}
