/** Figures of a machine over a period, as the API gives them, and the shares of the states in it. */
export const PERIODS = ["month", "quarter", "year"] as const;

export const STATES = ["running", "loaded", "idle", "stopped", "fault", "no_data"] as const;

export interface UsedEnergy {
  readonly carrier: string;
  readonly unit: string;
  /** null: nothing is known of the period. */
  readonly energy: number | null;
  readonly missing_s: number;
  readonly cost: number | null;
  readonly currency: string | null;
}

export interface Figures {
  readonly operating_h: number | null;
  readonly starts: number | null;
  /** By state. */
  readonly hours: Readonly<Record<string, number>>;
  readonly failures: number;
  readonly mtbf_h: number | null;
  readonly mttr_h: number | null;
  readonly availability_percent: number | null;
  readonly down_h: number;
  readonly remarks: readonly { readonly code: string; readonly text: string }[];
  readonly energy: readonly UsedEnergy[];
  readonly labour_h: number;
  readonly parts_cost: readonly { readonly currency: string; readonly cost: number }[];
}

export interface Spent {
  readonly state: string;
  readonly share: number;
}

/** States with their share of the period, in one order for every machine; what it never was is left out. */
export function spentOf({ hours }: Pick<Figures, "hours">): readonly Spent[] {
  const total = Object.values(hours).reduce((sum, length) => sum + length, 0);
  return STATES.flatMap((state) => ((hours[state] ?? 0) > 0 ? [{ state, share: (hours[state] ?? 0) / total }] : []));
}
