/**
 * Something that is asked of the server and kept: loading, there, or failed with a reason.
 *
 * Asking again keeps what is there until the new answer has come, so that no page falls back to a skeleton for what it
 * already knows; a failure shows beside the old answer instead of replacing it. After a failure it is asked again by
 * itself, until it is stopped.
 */
import { signal, type ReadonlySignal } from "@preact/signals";
import { asProblem, type RequestProblem } from "../api/problem";

const AGAIN_MS = 5000;

export interface ResourceState<Value> {
  readonly value: Value | null;
  readonly problem: RequestProblem | null;
  readonly loading: boolean;
}

export class Resource<Value> {
  readonly #ask: () => Promise<Value>;
  readonly #state = signal<ResourceState<Value>>({ value: null, problem: null, loading: false });
  #latest = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ask: () => Promise<Value>) {
    this.#ask = ask;
  }

  get state(): ReadonlySignal<ResourceState<Value>> {
    return this.#state;
  }

  /** Asks again; of several answers under way only that of the latest question counts. */
  async load(): Promise<void> {
    clearTimeout(this.#timer);
    const question = (this.#latest += 1);
    this.#state.value = { ...this.#state.peek(), loading: true };
    let next: Partial<ResourceState<Value>>;
    try {
      next = { value: await this.#ask(), problem: null };
    } catch (error) {
      next = { problem: asProblem(error) };
    }
    if (question !== this.#latest) return;
    this.#state.value = { ...this.#state.peek(), ...next, loading: false };
    if (this.#state.peek().problem !== null) this.#timer = setTimeout(() => void this.load(), AGAIN_MS);
  }

  /** Nobody looks any more: no answer counts, and nothing is asked again. */
  stop(): void {
    clearTimeout(this.#timer);
    this.#latest += 1;
  }
}
