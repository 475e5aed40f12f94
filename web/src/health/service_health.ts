/**
 * What the service says of itself, asked every 15 s: does each ingest worker receive, is the rest in order.
 *
 * The answer of a service that is not ready is a problem document with the same list of checks, so both are read alike.
 * When the server does not answer at all the last answer stays: the stream's own state says that it is away.
 */
import { signal, type ReadonlySignal } from "@preact/signals";
import { apiAddress, ask } from "../api/client";
import type { Check, Worker } from "../api/types";

const INTERVAL_MS = 15_000;

export interface HealthReport {
  readonly workers: readonly Worker[];
  readonly checks: readonly Check[];
}

export class ServiceHealth {
  readonly #report = signal<HealthReport | null>(null);
  #timer: ReturnType<typeof setInterval> | undefined;

  /** Null until the first answer. */
  get report(): ReadonlySignal<HealthReport | null> {
    return this.#report;
  }

  start(): void {
    void this.ask();
    this.#timer = setInterval(() => void this.ask(), INTERVAL_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  async ask(): Promise<void> {
    try {
      const [checks, ingest] = await Promise.all([askChecks(), ask("/api/v1/ingest").catch(() => null)]);
      this.#report.value = { checks, workers: ingest?.workers ?? this.#report.peek()?.workers ?? [] };
    } catch {
      // Away: the notice of the live stream says so, with the time of the next attempt.
    }
  }
}

async function askChecks(): Promise<readonly Check[]> {
  const response = await fetch(apiAddress("/api/v1/health/ready"), { headers: { accept: "application/json" }, cache: "no-store" });
  const answer = (await response.json()) as { readonly checks?: readonly Check[] };
  return answer.checks ?? [];
}
