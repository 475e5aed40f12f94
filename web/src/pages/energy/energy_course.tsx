/** When the energy was used, by band: bars, what their patterns mean with the energy of each, and the table behind them. */
import { useSignal } from "@preact/signals";
import { BandSwatch } from "../../charts/band_fill";
import { StackedBars } from "../../charts/stacked_bars";
import { bandsOf, type BandName } from "../../energy/bands";
import { barsOf, type Bar } from "../../energy/course";
import { fileAddress, type EnergyReport } from "../../energy/load";
import { bandName, writeDays } from "../../energy/naming";
import type { Resolution } from "../../energy/period";
import { formatNumber, formatShare, formatValue } from "../../format/number";
import { formatTime, type TimeStyle } from "../../format/time";
import { unitSymbol } from "../../format/unit";
import { words } from "../../i18n";
import { locale } from "../../shell/preferences";
import { Choice } from "../../ui/choice";
import { CourseTable } from "./course_table";
import { Exports } from "./exports";

type Shape = "chart" | "table";

/** Labels below the bars, and how many bars lie between two of them. */
const AXES: Readonly<Record<Resolution, { readonly style: TimeStyle; readonly steps: readonly number[]; readonly centred: boolean }>> = {
  "15m": { style: "minute", steps: [4, 8, 12, 16, 24, 48], centred: false },
  hour: { style: "day", steps: [24, 48], centred: false },
  day: { style: "day", steps: [1, 2, 5, 7, 10, 14], centred: true },
  month: { style: "month", steps: [1, 2, 3, 6, 12], centred: true },
};

export function EnergyCourse({ report }: { readonly report: EnergyReport }) {
  const text = words.value.energy;
  const shape = useSignal<Shape>("chart");
  const whole = report.course.totals[0];
  if (whole === undefined) return <section class="energy-course" />;
  const { zone, carrier, days } = report.question;
  const bars = barsOf(whole.points, whole.meters, report.at_ms);
  const bands = bandsOf([whole.total.by_band]);
  const axis = AXES[report.resolution];
  const write = (value: number | null): string => `${formatValue(value, whole.unit, locale.value)} ${unitSymbol(whole.unit)}`;
  const time = (bar: Bar): string => writeBucket(bar, report.resolution, zone);
  return (
    <section class="energy-course" aria-labelledby="energy-course-title">
      <div class="energy-head">
        <h2 id="energy-course-title">{text.course}</h2>
        <Choice label={text.view} chosen={shape.value} choose={(value) => { shape.value = value; }} options={[{ value: "chart", text: text.asBars }, { value: "table", text: text.asTable }]} />
        <Exports what={text.course} csv={fileAddress(report.question, "csv", true)} xlsx={fileAddress(report.question, "xlsx", true)} />
      </div>
      {shape.value === "table" ? <CourseTable bars={bars} bands={bands} unit={whole.unit} time={time} meters={whole.meters} /> : (
        <StackedBars
          label={text.courseLabel(text.carriers[carrier], writeDays(days, locale.value))}
          bars={bars}
          unit={unitSymbol(whole.unit)}
          writeTick={(value, decimals) => formatNumber(value, decimals, locale.value)}
          writeTime={(bar) => formatTime(bar.start_ms, axis.style, zone, locale.value)}
          steps={axis.steps}
          centred={axis.centred}
          read={(bar) => readBar(bar, time(bar), write)}
        />
      )}
      <BandKey bands={bands} by_band={whole.total.by_band} write={write} bars={bars} />
    </section>
  );
}

interface BandKeyProps {
  readonly bands: readonly BandName[];
  readonly by_band: Readonly<Record<string, number>>;
  readonly bars: readonly Bar[];
  readonly write: (value: number | null) => string;
}

/** The dearest first, as it stands in the bars from above. */
function BandKey({ bands, by_band, bars, write }: BandKeyProps) {
  const text = words.value.energy;
  const whole = Object.values(by_band).reduce((sum, energy) => sum + energy, 0);
  return (
    <ul class="energy-key">
      {bands.toReversed().map((band) => (
        <li key={band}>
          <BandSwatch band={band} />
          <span>{bandName(band)}</span>
          <b>{write(by_band[band] ?? 0)}</b>
          <span class="faint">{formatShare(whole > 0 ? (by_band[band] ?? 0) / whole : null, locale.value)}</span>
        </li>
      ))}
      {bars.some(({ doubt }) => doubt.kind === "estimated") ? <li class="faint"><span class="energy-key-mark" data-kind="estimated" />{text.estimatedMark}</li> : null}
      {bars.some(({ doubt }) => doubt.missing_s > 0) ? <li class="energy-missing"><span class="energy-key-mark" data-kind="missing" />{text.missingMark}</li> : null}
    </ul>
  );
}

function readBar(bar: Bar, time: string, write: (value: number | null) => string): string {
  const text = words.value.energy;
  const bands = bar.pieces.length < 2 ? bar.pieces.map(({ band }) => bandName(band)) : bar.pieces.toReversed().map(({ band, from, to }) => `${bandName(band)} ${write(to - from)}`);
  const doubts = [bar.doubt.estimated > 0 ? text.estimatedMark : "", bar.doubt.missing_s > 0 ? text.missingMark : ""];
  return [`${time}  ${bar.energy === null ? text.quality.nothing : write(bar.energy)}`, ...bands, ...doubts].filter((part) => part !== "").join(" · ");
}

function writeBucket({ start_ms, stop_ms }: Bar, resolution: Resolution, zone: string): string {
  const language = locale.value;
  if (resolution === "month") return formatTime(start_ms, "month", zone, language);
  if (resolution === "day") return formatTime(start_ms, "day", zone, language);
  return `${formatTime(start_ms, "moment", zone, language)}–${formatTime(stop_ms, "minute", zone, language)}`;
}
