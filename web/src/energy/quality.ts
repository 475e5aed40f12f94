/**
 * How far a figure of energy can be trusted, from what the API says of it.
 *
 *   missing     there is time for which there is no energy: the figure is less than what was used
 *   estimated   a part was spread over an outage; the whole is right, its course is not known
 *   known       measured, or interpolated between two reads: nothing to doubt
 *
 * The present quarter hour is always a little behind: registers are read each some minutes. Up to one quarter hour for each
 * meter of a period that still runs is therefore not called missing.
 */
import type { components } from "../api/schema";

export type EnergyFigures = components["schemas"]["EnergyFigures"];

export interface Doubt {
  readonly kind: "known" | "estimated" | "missing" | "nothing";
  /** The fraction of the energy that was estimated. */
  readonly estimated: number;
  readonly interpolated: number;
  /** Seconds without energy, of all meters together; 0 where it is only the present quarter hour. */
  readonly missing_s: number;
}

export const LAG_S = 900;

export function doubtOf(figures: EnergyFigures, meters: number, running: boolean): Doubt {
  const late_s = running ? LAG_S * Math.max(1, meters) : 0;
  const missing_s = figures.missing_s > late_s ? figures.missing_s : 0;
  const { estimated = 0, interpolated = 0 } = figures.quality ?? {};
  const kind = figures.energy === null ? "nothing" : missing_s > 0 ? "missing" : estimated > 0 ? "estimated" : "known";
  return { kind, estimated, interpolated, missing_s };
}
