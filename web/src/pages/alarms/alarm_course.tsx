/**
 * The value around the raise, with the limits and the instant, as a chart and as the table behind it.
 *
 * The points that the rule watches come first; every other point of the machine can be looked at in the same span, because the
 * cause often shows beside the value.
 */
import { useSignal } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { ruleOf } from "../../alarms/addresses";
import { pointsByRule, spanOf, type CourseSpan } from "../../alarms/course";
import { figureWithUnit } from "../../alarms/naming";
import type { AlarmRecord } from "../../alarms/record";
import { expressionsOf, loadRule, type RuleDocument } from "../../alarms/rules";
import type { Point } from "../../api/types";
import { LineChart, type Limit } from "../../charts/line_chart";
import type { CourseValue } from "../../charts/trend";
import { formatNumber } from "../../format/number";
import { formatTime } from "../../format/time";
import { unitSymbol } from "../../format/unit";
import { named, words } from "../../i18n";
import { serverNow_ms } from "../../live/clock";
import { staleAfter_s } from "../../live/freshness";
import { loadSeries, readingsCsvAddress } from "../../readings/load";
import { silencesBefore } from "../../readings/silences";
import { useSite } from "../../session/context";
import { useResource } from "../../session/use_resource";
import { stateText } from "../../devices/state_text";
import { locale } from "../../shell/preferences";
import { Choice } from "../../ui/choice";
import { Icon } from "../../ui/icon";
import { ProblemNote } from "../../ui/note";
import { HistoryTable } from "../devices/history_table";

export function AlarmCourse({ record }: { readonly record: AlarmRecord }) {
  const { view } = useSite();
  const text = words.value.alarmPages.detail;
  const points = record.subject_kind === "device" && record.site === view.model.site.code ? (view.model.device.get(record.subject)?.points ?? []) : [];
  const span = useMemo(() => spanOf(record, serverNow_ms()), [record]);
  return (
    <section class="box" aria-labelledby="alarm-course">
      {points.length > 0 && span !== null ? <Course record={record} span={span} points={points} /> : (
        <>
          <h2 id="alarm-course">{text.course}</h2>
          <p class="faint">{text.courseNone}</p>
        </>
      )}
    </section>
  );
}

interface CourseProps {
  readonly record: AlarmRecord;
  readonly span: CourseSpan;
  readonly points: readonly Point[];
}

function Course({ record, span, points }: CourseProps) {
  const text = words.value.alarmPages.detail;
  const rule = useResource(() => loadRule(ruleOf(record.alarm)), [record.alarm]).state.value;
  const chosen = useSignal<string | null>(null);
  if (rule.value === null && rule.problem === null) return <h2 id="alarm-course">{text.course}</h2>;
  const document = rule.value?.rule ?? null;
  const { named: watched, others } = pointsByRule(points, document === null ? [] : expressionsOf(document));
  const fallback = watched[0] ?? others.find(({ unit }) => unit === record.unit) ?? others[0];
  const point = points.find(({ key }) => key === chosen.value) ?? fallback;
  if (point === undefined) return null;
  const own = point === fallback && point.unit === record.unit;
  return (
    <>
      <div class="history-head">
        <h2 id="alarm-course">{text.course}</h2>
        <select class="field" aria-label={text.coursePoint} value={point.key} onChange={(event) => { chosen.value = event.currentTarget.value; }}>
          {[...watched, ...others].map((one) => <option key={one.key} value={one.key}>{named(one)}</option>)}
        </select>
      </div>
      <PointCourse key={`${point.id} ${span.from_ms}`} point={point} span={span} limits={own ? limitsOf(record, document) : []} />
    </>
  );
}

function limitsOf(record: AlarmRecord, document: RuleDocument | null): Limit[] {
  const levels = (document?.levels ?? []).filter(({ at }) => at !== "ON" && at !== record.level);
  const others = levels.map(({ at, limit }) => ({ value: limit, text: at }));
  return record.limit === null || record.level === "ON" ? others : [...others, { value: record.limit, text: record.level ?? "" }];
}

function PointCourse({ point, span, limits }: { readonly point: Point; readonly span: CourseSpan; readonly limits: readonly Limit[] }) {
  const { view } = useSite();
  const shape = useSignal<"chart" | "table">("chart");
  const stored = useResource(() => loadSeries(point.id, span.from_ms, span.to_ms), [point.id, span.from_ms], span.to_ms);
  const { value, problem } = stored.state.value;
  const text = words.value.chart;
  const zone = view.model.site.time_zone;
  const write = (figure: number): string => stateText(point, figure) ?? figureWithUnit(figure, point.unit, locale.value);
  const course = useMemo(() => withGaps(value?.history ?? [], staleAfter_s(point.expected_interval_s) * 1000), [value, point]);
  const at = (time_ms: number): string => formatTime(time_ms, "minute", zone, locale.value);
  return (
    <>
      {problem === null ? null : <ProblemNote problem={problem} retry={() => void stored.load()} />}
      {shape.value === "table" ? <HistoryTable course={course} zone={zone} write={write} /> : (
        <LineChart
          label={words.value.alarmPages.detail.courseLabel(named(point), at(span.from_ms), at(span.to_ms))}
          course={course}
          from_ms={span.from_ms}
          to_ms={span.to_ms}
          zone={zone}
          levels={point.kind === "state" ? Object.values(point.states ?? { off: 0, on: 1 }) : undefined}
          unit={unitSymbol(point.unit)}
          write={write}
          writeTick={(tick, decimals) => stateText(point, tick) ?? formatNumber(tick, decimals, locale.value)}
          limits={limits}
          mark={{ time_ms: span.raised_ms, text: words.value.alarmPages.detail.raisedMark }}
        />
      )}
      <div class="history-head">
        <p class="faint">{value === null ? (problem === null ? words.value.loading : "") : course.length === 0 ? text.empty : `${text.summary(value.history.length)}${value.reduced ? ` · ${text.reduced}` : ""}`}</p>
        <span class="alarm-course-tools">
          <Choice label={text.view} chosen={shape.value} choose={(one) => { shape.value = one; }} options={[{ value: "chart", text: text.asChart }, { value: "table", text: text.asTable }]} />
          <a class="button" href={readingsCsvAddress(point.id, span.from_ms, span.to_ms)} download><Icon name="download" />{text.exportCsv}</a>
        </span>
      </div>
    </>
  );
}

function withGaps(history: readonly CourseValue[], stale_ms: number): readonly CourseValue[] {
  const silent = silencesBefore(history.map(({ time_ms }) => time_ms), stale_ms);
  return history.flatMap((reading, index) => (silent[index] === true ? [{ time_ms: reading.time_ms - 1, value: null }, reading] : [reading]));
}
