/** Maximum demand of a period, a row a meter: the highest of its months, measured as its contract measures. */
import type { components } from "../api/schema";

export type MonthDemand = components["schemas"]["MonthDemand"];
export type DemandPeak = components["schemas"]["DemandPeak"];
export type DemandForecast = components["schemas"]["DemandForecast"];

export interface MeterDemand {
  /** `site/code`. */
  readonly meter: string;
  readonly unit: string;
  readonly peak: DemandPeak | null;
  readonly contract_kw: number | null;
  readonly forecast: DemandForecast | null;
}

/** Meters with a contract demand first, then the highest first. */
export function demandOf(months: readonly MonthDemand[]): MeterDemand[] {
  const found = new Map<string, MeterDemand>();
  for (const month of months) found.set(month.meter, joined(found.get(month.meter), month));
  return [...found.values()].sort(
    (a, b) => Number(b.contract_kw !== null) - Number(a.contract_kw !== null) || height(b.peak) - height(a.peak),
  );
}

/** Months come in the order of time: the contract of the newest holds, of equal peaks the earliest. */
function joined(known: MeterDemand | undefined, month: MonthDemand): MeterDemand {
  const peak = month.contract_window === "sliding" ? (month.sliding ?? month.fixed) : month.fixed;
  const earlier = known?.peak ?? null;
  return {
    meter: month.meter,
    unit: month.unit,
    peak: height(peak) > height(earlier) ? peak : earlier,
    contract_kw: month.contract_kw ?? known?.contract_kw ?? null,
    forecast: month.forecast ?? known?.forecast ?? null,
  };
}

function height(peak: DemandPeak | null): number {
  return peak?.maximum ?? -1;
}
