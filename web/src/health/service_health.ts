/**
 * What the service says of itself, asked every 15 s: does ingest receive, is there room on the disk.
 *
 * The answer of a service that is not ready is a problem document with the same list of checks, so both are read alike.
 * When the server does not answer at all the last list stays: the stream's own state says that it is away.
 */
import { signal, type ReadonlySignal } from "@preact/signals";
import { apiAddress } from "../api/client";
import type { HealthCheck } from "../api/types";

const INTERVAL_MS = 15_000;

export class ServiceHealth {
  readonly #checks = signal<readonly HealthCheck[]>([]);
  #timer: ReturnType<typeof setInterval> | undefined;

  get checks(): ReadonlySignal<readonly HealthCheck[]> {
    return this.#checks;
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
      const response = await fetch(apiAddress("health/ready"), { headers: { accept: "application/json" }, cache: "no-store" });
      const answer = (await response.json()) as { readonly checks?: readonly HealthCheck[] };
      if (Array.isArray(answer.checks)) this.#checks.value = answer.checks;
    } catch {
      // Away: the notice of the live stream says so, with the time of the next attempt.
    }
  }
}

/** Everything that is not in order, the worst first. */
export function troubles(checks: readonly HealthCheck[]): readonly HealthCheck[] {
  return checks.filter((check) => check.status !== "ok").sort((a, b) => severity(b) - severity(a));
}

/** One check a worker, named "ingest NAME"; a single "ingest" where no worker ever started. */
export function ingestChecks(checks: readonly HealthCheck[]): readonly HealthCheck[] {
  return checks.filter((check) => check.name === "ingest" || check.name.startsWith("ingest "));
}

function severity(check: HealthCheck): number {
  return check.status === "failed" ? 1 : 0;
}
