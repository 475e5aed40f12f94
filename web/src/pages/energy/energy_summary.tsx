/** The period in figures: energy, cost, average price, peak share, and the demand against the contract. */
import { changeOf } from "../../energy/groups";
import type { EnergyReport, Meter } from "../../energy/load";
import { writeChange, writeSpan } from "../../energy/naming";
import { doubtOf } from "../../energy/quality";
import { formatShare, formatValue } from "../../format/number";
import { formatTime } from "../../format/time";
import { unitSymbol } from "../../format/unit";
import { words } from "../../i18n";
import { locale } from "../../shell/preferences";
import { Figure } from "../../ui/figure";
import { DemandFigures } from "./demand_figures";
import { DoubtText, doubtQuality } from "./doubt_text";
import { Box, Money } from "./summary_box";

export function EnergySummary({ report, meters }: { readonly report: EnergyReport; readonly meters: readonly Meter[] }) {
  const text = words.value.energy;
  const whole = report.course.totals[0];
  if (whole === undefined) return <p class="energy-nothing">{text.empty}</p>;
  const { zone } = report.question;
  const { total, unit, currency } = whole;
  const doubt = doubtOf(total, whole.meters, report.course.open);
  const span = writeSpan(report.compared, zone, locale.value);
  const change = changeOf(total.energy, report.previous.totals[0]?.total.energy);
  const unbilled = total.unbilled > 0 && total.cost !== null ? text.unbilled(`${formatValue(total.unbilled, unit, locale.value)} ${unitSymbol(unit)}`) : null;
  return (
    <section class="energy-summary" aria-label={text.summary}>
      <Box title={text.used} big={<Figure value={total.energy} unit={unit} quality={doubtQuality(doubt)} />}>
        <span>{change === null ? text.noChange(span) : text.change(writeChange(change, locale.value), span)}</span>
        <DoubtText doubt={doubt} meters={whole.meters} />
        {report.course.open ? <span class="faint">{text.until(formatTime(report.at_ms, "minute", zone, locale.value))}</span> : null}
      </Box>
      <Box title={text.cost} big={<Money amount={total.cost} currency={currency} decimals={0} />}>
        <span class="faint">{total.cost === null ? text.noTariff : (unbilled ?? text.costHint)}</span>
      </Box>
      <Box title={text.averagePrice} big={<Money amount={total.average_price} currency={currency} decimals={4} per={unit} />}>
        <span class="faint">{total.average_price === null ? text.noTariff : ""}</span>
      </Box>
      <Box title={text.peakShare} big={<span class="figure">{formatShare(total.peak_share, locale.value)}</span>}>
        <span class="faint">{text.peakShareHint}</span>
      </Box>
      <DemandFigures report={report} meters={meters} />
    </section>
  );
}
