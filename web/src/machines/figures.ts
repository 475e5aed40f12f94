/** Figures of a machine over a period, as the API gives them, and the shares of the states in it. */
export const PERIODS = ["month", "quarter", "year"] as const;

export const STATES = ["running", "loaded", "idle", "stopped", "fault", "no_data"] as const;

export interface UsedEnergy {
  readonly carrier: string;
  readonly unit: string;
  readonly energy: number;
  readonly cost: string | number | null;
  readonly currency: string | null;
}

export interface Figures {
  readonly operating_h: number | null;
  readonly no_data_h: number | null;
  readonly down_h: number;
  readonly starts: number | null;
  readonly mtbf_h: number | null;
  readonly mttr_h: number | null;
  readonly availability_percent: number | null;
  readonly failures: readonly object[];
  readonly remarks: readonly { readonly code: string; readonly text: string }[];
  readonly energy: readonly UsedEnergy[];
  readonly states_h: Readonly<Record<string, number>> | null;
}

export interface Spent {
  readonly state: string;
  readonly share: number;
}

/** States with their share of the period, in one order for every machine; what it never was is left out. */
export function spentOf({ states_h }: Pick<Figures, "states_h">): readonly Spent[] {
  const total = Object.values(states_h ?? {}).reduce((sum, hours) => sum + hours, 0);
  if (states_h === null || total === 0) return [];
  return STATES.flatMap((state) => ((states_h[state] ?? 0) > 0 ? [{ state, share: (states_h[state] ?? 0) / total }] : []));
}
