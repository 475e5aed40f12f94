/**
 * What is not in order, in words that say what to do.
 *
 * Ingest workers are judged one by one. Of the service's other checks those are told in the operator's language that are
 * known here; a check that a newer service has added speaks for itself, in its own words.
 */
import type { Check, Worker } from "../api/types";
import { dutyOf } from "./alarm_watch";
import { formatAge } from "../format/age";
import { formatNumber } from "../format/number";
import { words } from "../i18n";
import { locale } from "../shell/preferences";
import type { HealthReport } from "./service_health";

/** A worker writes a heartbeat every few seconds. */
const HEARTBEAT_LIMIT_S = 30;
const GIGABYTE = 1e9;

export interface Trouble {
  readonly about: string;
  readonly failed: boolean;
  readonly text: string;
}

export function troubles({ workers, checks }: HealthReport): readonly Trouble[] {
  const others = checks.filter((check) => check.status !== "ok" && !/^ingest\b/.test(check.name));
  return [
    ...others.map((check) => ({ about: check.name, failed: check.status === "failed", text: checkText(check) })),
    ...idleWorkers(workers).map((worker) => ({ about: worker.name, failed: false, text: workerText(worker) })),
    ...(workers.length === 0 ? [{ about: "ingest", failed: false, text: words.value.ingest.never }] : []),
  ];
}

export function idleWorkers(workers: readonly Worker[]): readonly Worker[] {
  return workers.filter((worker) => worker.heartbeat_age_s > HEARTBEAT_LIMIT_S || worker.state !== "receiving");
}

function workerText(worker: Worker): string {
  const text = words.value.ingest;
  if (worker.state === "stopped") return text.stopped(worker.name);
  if (worker.heartbeat_age_s > HEARTBEAT_LIMIT_S) return text.silent(worker.name, formatAge(worker.heartbeat_age_s, words.value.age));
  if (worker.state === "paused") return text.paused(worker.name, worker.detail);
  return text.disconnected(worker.name, worker.detail);
}

function checkText(check: Check): string {
  const text = words.value.health;
  const duty = dutyOf(check);
  if (duty !== null) return words.value.alarms.watch[duty](typeof check.value !== "number" ? null : formatAge(check.value, words.value.age));
  switch (check.name) {
    case "database":
      return text.database;
    case "migrations":
      return text.migrations;
    case "live feed":
      return text.liveFeed;
    case "disk":
      return text.disk(formatNumber((check.value ?? 0) / GIGABYTE, 2, locale.value));
    default:
      return `${check.name}: ${check.detail}`;
  }
}
