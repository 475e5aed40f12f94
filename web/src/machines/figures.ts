/** Figures of a machine over a period, as the API gives them, and the shares of the states in it. */
import type { MachineEnergy, MachineFigures } from "../api/types";

export const PERIODS = ["month", "quarter", "year"] as const;

export const STATES = ["running", "loaded", "idle", "stopped", "fault", "no_data"] as const;

export type UsedEnergy = MachineEnergy;

export type Figures = MachineFigures;

export interface Spent {
  readonly state: string;
  readonly share: number;
}

/** States with their share of the period, in one order for every machine; what it never was is left out. */
export function spentOf({ hours }: Pick<Figures, "hours">): readonly Spent[] {
  const total = Object.values(hours).reduce((sum, length) => sum + length, 0);
  return STATES.flatMap((state) => ((hours[state] ?? 0) > 0 ? [{ state, share: (hours[state] ?? 0) / total }] : []));
}
