/** The figures behind the bars, the newest first; buckets that have not begun are left out. */
import type { BandName } from "../../energy/bands";
import type { Bar } from "../../energy/course";
import { bandName } from "../../energy/naming";
import { formatValue } from "../../format/number";
import { unitSymbol } from "../../format/unit";
import { words } from "../../i18n";
import { serverNow_ms } from "../../live/clock";
import { locale } from "../../shell/preferences";
import { Figure } from "../../ui/figure";
import { DoubtText, doubtQuality } from "./doubt_text";

export interface CourseTableProps {
  readonly bars: readonly Bar[];
  readonly bands: readonly BandName[];
  readonly unit: string;
  readonly meters: number;
  readonly time: (bar: Bar) => string;
}

export function CourseTable({ bars, bands, unit, meters, time }: CourseTableProps) {
  const text = words.value.energy;
  const begun = bars.filter(({ start_ms }) => start_ms < serverNow_ms());
  return (
    <div class="energy-scroll energy-course-table" tabIndex={0} role="region" aria-label={text.asTable}>
      <table class="energy-table">
        <thead>
          <tr>
            <th scope="col">{text.time}</th>
            <th scope="col" class="energy-number">{text.total}, {unitSymbol(unit)}</th>
            {bands.toReversed().map((band) => <th key={band} scope="col" class="energy-number">{bandName(band)}, {unitSymbol(unit)}</th>)}
            <th scope="col">{text.columns.quality}</th>
          </tr>
        </thead>
        <tbody>
          {begun.toReversed().map((bar) => (
            <tr key={bar.start_ms}>
              <th scope="row">{time(bar)}</th>
              <td class="energy-number"><Figure value={bar.energy} unit={unit} quality={doubtQuality(bar.doubt)} text={bar.energy === null ? undefined : formatValue(bar.energy, unit, locale.value)} /></td>
              {bands.toReversed().map((band) => <td key={band} class="energy-number">{formatValue(bar.by_band[band] ?? null, unit, locale.value)}</td>)}
              <td><DoubtText doubt={bar.doubt} meters={meters} /></td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
