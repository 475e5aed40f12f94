/**
 * Energy that is held out of the intervals until somebody decides, and the decision.
 *
 * A decision is a ruling about the exact span of an entry. It needs a reason, can be taken back, and energies follow as soon as
 * the engine has judged the register again; until then the entry says that it is being recomputed.
 */
import { askAll, send } from "../api/client";
import type { components } from "../api/schema";

export type LedgerEntry = components["schemas"]["LedgerEntry"];
export type Verdict = "accept" | "reject" | "undo";

export function loadHeld(site: string): Promise<LedgerEntry[]> {
  return askAll("/api/v1/ledger", { site, open: true });
}

export function entryKey({ meter, flow, start, stop }: LedgerEntry): string {
  return `${meter} ${flow} ${start} ${stop}`;
}

export async function decide(entry: LedgerEntry, verdict: Verdict, reason: string): Promise<void> {
  const [site = "", code = ""] = entry.meter.split("/");
  const flow = entry.flow as "import";
  await send("/api/v1/meters/{site}/{code}/rulings", { site, code }, { flow, start: entry.start, stop: entry.stop, verdict, reason });
}
