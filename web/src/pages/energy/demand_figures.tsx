/** The highest 15 minutes of the period, and where the present quarter hour is heading, against the contract. */
import type { EnergyReport, Meter } from "../../energy/load";
import type { MeterDemand } from "../../energy/demand";
import { formatShare, formatValue } from "../../format/number";
import { formatTime } from "../../format/time";
import { named, words } from "../../i18n";
import { locale } from "../../shell/preferences";
import { Figure } from "../../ui/figure";
import { Icon } from "../../ui/icon";
import { ShareBar } from "../../ui/share_bar";
import { Box } from "./summary_box";

/** One meter is charged for its demand at most sites; a second incomer has its own. */
const MOST_METERS = 2;

export function DemandFigures({ report, meters }: { readonly report: EnergyReport; readonly meters: readonly Meter[] }) {
  const { scope, zone } = report.question;
  if (scope !== null && scope.kind !== "meter") return <PlaceDemand report={report} />;
  const shown = report.demand.slice(0, MOST_METERS);
  return (
    <>
      {shown.map((demand) => (
        <MeterDemandFigures key={demand.meter} demand={demand} zone={zone} name={shown.length > 1 ? meterName(demand.meter, meters) : null} />
      ))}
    </>
  );
}

interface MeterDemandProps {
  readonly demand: MeterDemand;
  readonly zone: string;
  readonly name: string | null;
}

function MeterDemandFigures({ demand, zone, name }: MeterDemandProps) {
  const text = words.value.energy;
  const { peak, forecast, contract_kw, unit } = demand;
  const titled = (title: string): string => (name === null ? title : `${title} · ${name}`);
  const contract = contract_kw === null ? null : `${formatValue(contract_kw, unit, locale.value)} ${unit}`;
  return (
    <>
      <Box title={titled(text.demand)} big={<Figure value={peak?.maximum ?? null} unit={unit} quality={peak === null ? "missing" : "fresh"} />}>
        {peak === null ? <span class="faint">{text.noDemand}</span> : (
          <>
            <AgainstContract share={peak.share_of_contract} contract={contract} />
            <span class="faint">{text.demandAt(formatTime(Date.parse(peak.start), "moment", zone, locale.value))}, {text[peak.window]}</span>
          </>
        )}
      </Box>
      {forecast === null ? null : (
        <Box title={titled(text.forecast(formatTime(Date.parse(forecast.window_stop), "minute", zone, locale.value)))} big={<Figure value={forecast.maximum} unit={unit} quality="partial" />}>
          <AgainstContract share={forecast.share_of_contract} contract={contract} />
          <span class="faint">{text.basis[forecast.present_power_from]}</span>
        </Box>
      )}
    </>
  );
}

/** Above the contract it costs: that is a state, and the only thing here with a colour. */
function AgainstContract({ share, contract }: { readonly share: number | null; readonly contract: string | null }) {
  const text = words.value.energy;
  if (share === null || contract === null) return <span class="faint">{text.noContract}</span>;
  return (
    <>
      <ShareBar share={share} />
      {share > 1 ? <span class="energy-over"><Icon name="warning" />{text.overContract}</span> : null}
      <span class={share > 1 ? "" : "faint"}>{text.ofContract(formatShare(share, locale.value), contract)}</span>
    </>
  );
}

function PlaceDemand({ report }: { readonly report: EnergyReport }) {
  const text = words.value.energy;
  const whole = report.course.totals[0];
  const demand = whole?.demand ?? null;
  const unit = whole?.unit === "kWh" ? "kW" : `${whole?.unit ?? ""}/h`;
  return (
    <Box title={text.demand} big={<Figure value={demand?.maximum ?? null} unit={unit} quality={demand === null ? "missing" : "fresh"} />}>
      <span class="faint">
        {demand === null ? text.noDemand : `${text.demandAt(formatTime(Date.parse(demand.start), "moment", report.question.zone, locale.value))}, ${text.fixed}`}
      </span>
    </Box>
  );
}

function meterName(id: string, meters: readonly Meter[]): string {
  const meter = meters.find((candidate) => candidate.id === id);
  return meter === undefined ? id : named(meter);
}
