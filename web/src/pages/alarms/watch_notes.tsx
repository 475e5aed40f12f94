/**
 * What stands above every alarm page when it cannot be trusted: the list is old because the stream is away, or it could not be
 * loaded. That nobody evaluates the rules is among the notices of every page.
 */
import { formatTime } from "../../format/time";
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { Icon } from "../../ui/icon";
import { ProblemNote } from "../../ui/note";

export function WatchNotes() {
  const { session, view } = useSite();
  const live = session.connection.state.value.kind === "live";
  const { problem, at_ms } = session.alarms.book.value;
  const heard_ms = session.heard_ms.value ?? at_ms;
  return (
    <>
      {live || heard_ms === null ? null : (
        <p class="notice" role="status">
          <Icon name="stale" />
          <span>{words.value.alarms.old(formatTime(heard_ms, "second", view.model.site.time_zone, locale.value))}</span>
        </p>
      )}
      {problem === null ? null : <ProblemNote problem={problem} retry={() => { session.alarms.renew(); }} />}
    </>
  );
}
