/**
 * The bands of a tariff in the order of a stack: the cheapest at the bottom, the dearest on top, what no tariff charges
 * for above all. `BandName` is the API's.
 */
export const BANDS = ["deep_off_peak", "off_peak", "intermediate", "peak", "critical_peak", "unbilled"] as const;
export type BandName = (typeof BANDS)[number];

/** Energy by band; a band that is not there has none. */
export type ByBand = Readonly<Record<string, number>>;

/** The bands that have energy anywhere, in the order of a stack. */
export function bandsOf(all: readonly ByBand[]): BandName[] {
  return BANDS.filter((band) => all.some((by_band) => (by_band[band] ?? 0) !== 0));
}
