/**
 * The history of one point: a chart, the table behind it, the export of both.
 *
 * Stored readings are asked for once for a range; readings that arrive while it is open are put at its end, and the range
 * moves along with the clock. A silence longer than the point's stale limit is a gap in the line.
 */
import { useSignal } from "@preact/signals";
import type { Point } from "../../api/types";
import { LineChart } from "../../charts/line_chart";
import { extentOf } from "../../charts/scale";
import { formatNumber, formatValue } from "../../format/number";
import { unitSymbol } from "../../format/unit";
import { named, words } from "../../i18n";
import { RANGES, useHistory, type RangeName } from "../../readings/follow";
import { readingsCsvAddress } from "../../readings/load";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { Choice } from "../../ui/choice";
import { Icon } from "../../ui/icon";
import { stateText } from "../../devices/state_text";
import { ProblemNote } from "../../ui/note";
import { HistoryTable } from "./history_table";

type Shape = "chart" | "table";

export function PointHistory({ point }: { readonly point: Point }) {
  const { session, view } = useSite();
  const range = useSignal<RangeName>("hour");
  const shape = useSignal<Shape>("chart");
  const history = useHistory(point, session.values, range);
  const text = words.value.chart;
  const zone = view.model.site.time_zone;
  const write = (value: number): string => stateText(point, value) ?? `${formatValue(value, point.unit, locale.value)} ${unitSymbol(point.unit)}`.trim();
  const { course, from_ms, to_ms, problem, reload, reduced } = history;
  const known = course.flatMap(({ value }) => (value === null ? [] : [value]));
  const extent = extentOf(known);

  return (
    <section class="history" aria-label={named(point)}>
      <div class="history-head">
        <h3>{named(point)}</h3>
        <Choice label={text.view} chosen={shape.value} choose={(value) => { shape.value = value; }} options={[{ value: "chart", text: text.asChart }, { value: "table", text: text.asTable }]} />
      </div>
      <Choice label={text.range} chosen={range.value} choose={(value) => { range.value = value; }} options={(Object.keys(RANGES) as RangeName[]).map((value) => ({ value, text: text.ranges[value] }))} />
      {problem === null ? null : <ProblemNote problem={problem} retry={reload} />}
      {shape.value === "table" ? (
        <HistoryTable course={course} zone={zone} write={write} />
      ) : (
        <LineChart
          label={text.label(named(point), text.ranges[range.value])}
          course={course}
          from_ms={from_ms}
          to_ms={to_ms}
          zone={zone}
          levels={point.kind === "state" ? Object.values(point.states ?? { off: 0, on: 1 }) : undefined}
          write={write}
          unit={unitSymbol(point.unit)}
          writeTick={(value, decimals) => stateText(point, value) ?? formatNumber(value, decimals, locale.value)}
        />
      )}
      <div class="history-head">
        <p class="history-summary">
          {extent === null ? (
            <span>{history.loading ? words.value.loading : text.empty}</span>
          ) : (
            <>
              {point.kind === "state" ? null : <span>{text.lowest} {write(extent.low)}</span>}
              {point.kind === "state" ? null : <span>{text.highest} {write(extent.high)}</span>}
              <span>{text.summary(known.length)}{reduced ? ` · ${text.reduced}` : ""}</span>
            </>
          )}
        </p>
        <a class="button" href={readingsCsvAddress(point.id, from_ms, to_ms)} download>
          <Icon name="download" />
          {text.exportCsv}
        </a>
      </div>
    </section>
  );
}
