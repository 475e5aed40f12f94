/**
 * A check of the service in words. The service explains itself in English; what operators meet most (an ingest worker,
 * the disk) is named in their language, and the service's own sentence follows as it is.
 */
import type { HealthCheck } from "../api/types";
import { words } from "../i18n";

export function checkText(check: HealthCheck): string {
  const text = words.value.health;
  const [part = "", name = ""] = check.name.split(/ (.*)/s);
  if (part === "ingest") return `${name === "" ? text.ingest : text.worker(name)} ${check.detail}`;
  return `${text.parts[check.name] ?? check.name}: ${check.detail}`;
}
