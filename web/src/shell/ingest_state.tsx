/**
 * Whether ingest works, in a few words; the notices say what is wrong. Nothing before the first answer, and nothing while
 * the service is away: what it said last may no longer be so.
 */
import { idleWorkers } from "../health/troubles";
import { words } from "../i18n";
import type { SiteSession } from "../session/site_session";
import { Icon } from "../ui/icon";

export function IngestState({ session }: { readonly session: SiteSession }) {
  const report = session.health.report.value;
  if (report === null || session.connection.state.value.kind !== "live") return null;
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
