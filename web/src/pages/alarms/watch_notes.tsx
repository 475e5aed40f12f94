/**
 * What stands above every alarm page when it cannot be trusted: the list is old because the stream is away, could not be loaded,
 * or nobody evaluates the rules. Silence is not health.
 */
import { formatTime } from "../../format/time";
import { DUTIES, dutyOf, watchOf, type Duty } from "../../health/alarm_watch";
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { Icon } from "../../ui/icon";
import { ProblemNote } from "../../ui/note";

/** Energy is not this page's business. */
const HERE = DUTIES.filter((duty) => duty !== "energy");

export function WatchNotes() {
  const { session, view } = useSite();
  const live = session.connection.state.value.kind === "live";
  const report = session.health.report.value;
  const { problem, at_ms } = session.alarms.book.value;
  const heard_ms = session.heard_ms.value ?? at_ms;
  const down = HERE.filter((duty) => watchOf(report, live, duty) === "down");
  const text = words.value.alarms;
  const detail = (duty: Duty): string => report?.checks.find((check) => dutyOf(check) === duty)?.detail ?? "";
  return (
    <>
      {live || heard_ms === null ? null : (
        <p class="notice" role="status">
          <Icon name="stale" />
          <span>{text.old(formatTime(heard_ms, "second", view.model.site.time_zone, locale.value))}</span>
        </p>
      )}
      {down.map((duty) => (
        <p key={duty} class="notice" data-bad="true" role="alert">
          <Icon name="warning" />
          <span>{(duty === "alarms" ? text.watch.evaluation : text.watch[duty])(detail(duty))}</span>
        </p>
      ))}
      {problem === null ? null : <ProblemNote problem={problem} retry={() => void session.alarms.load()} />}
    </>
  );
}
