/** Whether ingest works, in a few words; nothing before the first answer. The notices say what is wrong. */
import type { ServiceHealth } from "../health/service_health";
import { idleWorkers } from "../health/troubles";
import { words } from "../i18n";
import { Icon } from "../ui/icon";

export function IngestState({ health }: { readonly health: ServiceHealth }) {
  const report = health.report.value;
  if (report === null) return null;
  const idle = idleWorkers(report.workers).length;
  const text = words.value.ingest;
  const bad = idle > 0 || report.workers.length === 0;
  return (
    <p class="top-bar-state top-bar-ingest" data-bad={bad}>
      <Icon name={bad ? "warning" : "fresh"} />
      {bad ? text.trouble(idle, report.workers.length) : text.working(report.workers.length)}
    </p>
  );
}
