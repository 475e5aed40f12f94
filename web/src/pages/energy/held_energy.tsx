/**
 * Increments that are in no figure until somebody decides. Each can be accepted or rejected with a reason, and what was
 * decided here can be taken back here.
 *
 * What was decided stays on the page as decided: a row that vanishes under the pointer cannot be undone.
 */
import { useSignal, type Signal } from "@preact/signals";
import { entryKey, type LedgerEntry, type Verdict } from "../../energy/held";
import type { Followed } from "../../energy/follow";
import { words } from "../../i18n";
import { Icon } from "../../ui/icon";
import { ProblemNote } from "../../ui/note";
import { HeldEntry } from "./held_entry";
import "./held_energy.css";

/** So many are shown at first; a thousand would push the page's figures away. */
const FIRST = 4;

export interface Decision {
  readonly entry: LedgerEntry;
  readonly verdict: Exclude<Verdict, "undo">;
  readonly reason: string;
}
export type Decisions = Signal<ReadonlyMap<string, Decision>>;

export function HeldEnergy({ held }: { readonly held: Followed<readonly LedgerEntry[]> }) {
  const text = words.value.energy.held;
  const decided: Decisions = useSignal<ReadonlyMap<string, Decision>>(new Map());
  const all = useSignal(false);
  const { value, problem } = held.state.value;
  if (value === null) return problem === null ? null : <ProblemNote problem={problem} retry={held.load} />;
  const waiting = value.filter((entry) => !decided.value.has(entryKey(entry)));
  const done = [...decided.value.values()];
  const shown = [...done.map(({ entry }) => entry), ...(all.value ? waiting : waiting.slice(0, FIRST))];
  const more = waiting.length + done.length - shown.length;
  return (
    <section class="held" aria-labelledby="held-title" data-waiting={waiting.length > 0} data-empty={shown.length === 0}>
      <div class="energy-head">
        <h2 id="held-title">{text.title}</h2>
        <p class="held-count" role="status">
          {waiting.length === 0 ? null : <Icon name="warning" />}
          {waiting.length === 0 ? text.none : text.count(waiting.length)}
        </p>
      </div>
      {waiting.length === 0 ? null : <p class="energy-hint">{text.why}</p>}
      <ul class="held-list">
        {shown.map((entry) => <HeldEntry key={entryKey(entry)} entry={entry} decided={decided} reload={held.load} />)}
      </ul>
      {more > 0 ? <button type="button" class="button button-plain" onClick={() => { all.value = true; }}>{text.more(more)}</button> : null}
    </section>
  );
}
