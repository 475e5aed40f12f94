/** Whether ingest works, in a few words; nothing before the first answer. The notices say what is wrong. */
import { words } from "../i18n";
import { ingestChecks, troubles, type ServiceHealth } from "../health/service_health";
import { Icon } from "../ui/icon";

export function IngestState({ health }: { readonly health: ServiceHealth }) {
  const checks = ingestChecks(health.checks.value);
  if (checks.length === 0) return null;
  const bad = troubles(checks).length;
  const text = words.value.ingest;
  return (
    <p class="top-bar-state top-bar-ingest" data-bad={bad > 0}>
      <Icon name={bad > 0 ? "warning" : "fresh"} />
      {bad > 0 ? text.trouble(bad) : text.working(checks.length)}
    </p>
  );
}
