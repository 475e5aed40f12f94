/**
 * The latest sample of every point, and cells that a figure on the screen can watch.
 *
 *   stream --offer()--> pending (newest of each point) --next animation frame, or apply()--> latest --> cells
 *
 * However fast frames arrive, the page is drawn at most once an animation frame, and only the cells whose point moved.
 * While the page is hidden nothing is drawn and `pending` holds at most one sample a point.
 */
import { batch, signal, type ReadonlySignal, type Signal } from "@preact/signals";
import type { Sample } from "./freshness";
import { ALL_HEARD, isCut, type Hearing } from "./hearing";

export type WireValue = readonly [id: string, time_ms: number, value: number];

export class LiveValues {
  readonly #latest = new Map<string, Sample>();
  readonly #cells = new Map<string, Signal<Sample | undefined>>();
  readonly #pending = new Map<string, Sample>();
  readonly #applied = signal(0);
  #frame: number | null = null;
  #hearing = ALL_HEARD;

  /** Rises each time samples were applied: whatever sums over many points reads this one instead of a cell each. */
  get applied(): ReadonlySignal<number> {
    return this.#applied;
  }

  latest(id: string): Sample | undefined {
    return this.#latest.get(id);
  }

  cell(id: string): ReadonlySignal<Sample | undefined> {
    let cell = this.#cells.get(id);
    if (cell === undefined) {
      cell = signal(this.#latest.get(id));
      this.#cells.set(id, cell);
    }
    return cell;
  }

  /** What can be heard has changed: values that are cut off look it, others no longer. */
  hear(hearing: Hearing): void {
    this.#hearing = hearing;
    batch(() => {
      for (const [id, sample] of this.#latest) {
        const cut = isCut(id, sample, hearing);
        if (cut !== (sample.cut === true)) this.#put(id, { ...sample, cut });
      }
      this.#applied.value += 1;
    });
  }

  offer(values: readonly WireValue[], heard_ms: number): void {
    for (const [id, time_ms, value] of values) {
      const known = this.#pending.get(id) ?? this.#latest.get(id);
      // A late reading changes history, not the present; a snapshot repeats what is known; a correction has its
      // reading's own time and another value.
      if (known !== undefined && (known.time_ms > time_ms || (known.time_ms === time_ms && known.value === value))) continue;
      this.#pending.set(id, { time_ms, value, heard_ms });
    }
    if (this.#pending.size > 0) this.#frame ??= requestAnimationFrame(() => { this.apply(); });
  }

  apply(): void {
    if (this.#frame !== null) cancelAnimationFrame(this.#frame);
    this.#frame = null;
    batch(() => {
      for (const [id, sample] of this.#pending) {
        this.#put(id, { ...sample, cut: isCut(id, sample, this.#hearing) });
      }
      this.#pending.clear();
      this.#applied.value += 1;
    });
  }

  #put(id: string, sample: Sample): void {
    this.#latest.set(id, sample);
    const cell = this.#cells.get(id);
    if (cell !== undefined) cell.value = sample;
  }
}
