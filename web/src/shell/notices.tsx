/**
 * What is wrong with the service itself, and what to do: at the head of every page, gone when it is over.
 *
 * The stream's notice is read out once when it appears. Its countdown is for the eye only: a screen reader that says
 * "4 s, 3 s, 2 s" tells nothing.
 */
import { formatTime } from "../format/time";
import { words } from "../i18n";
import { troubles } from "../health/troubles";
import { now_ms } from "../live/clock";
import { dependOn } from "../live/depend";
import type { SiteSession } from "../session/site_session";
import { Icon } from "../ui/icon";
import { locale } from "./preferences";
import "./notices.css";

export function Notices({ session }: { readonly session: SiteSession }) {
  const report = session.health.report.value;
  return (
    <div class="notices">
      <div role="status">
        <StreamNotice session={session} />
      </div>
      {report === null ? null : troubles(report).map(({ about, failed, text }) => (
        <p key={about} class="notice" data-bad={failed}>
          <Icon name="warning" />
          <span>{text}</span>
        </p>
      ))}
    </div>
  );
}

function StreamNotice({ session }: { readonly session: SiteSession }) {
  const state = session.connection.state.value;
  const text = words.value.stream;
  const again = state.kind === "connecting" && state.attempt > 1;
  if (state.kind !== "waiting" && !again) return null;
  const zone = session.view.value?.model.site.time_zone ?? "UTC";
  const heard_ms = session.heard_ms.value;
  return (
    <div class="notice" data-bad="true">
      <Icon name="offline" />
      <span>
        {heard_ms === null ? text.neverLive : text.lost(formatTime(heard_ms, "second", zone, locale.value))}
        {state.kind === "waiting" && state.status !== null && state.status >= 400 ? ` ${text.refused(state.status)}` : ""}
      </span>
      <span aria-hidden="true">{state.kind === "waiting" ? text.retryIn(secondsUntil(state.retry_at_ms)) : text.retrying}</span>
      <button type="button" class="button" disabled={again} onClick={() => { session.connection.retryNow(); }}>
        {text.retryNow}
      </button>
    </div>
  );
}

function secondsUntil(instant_ms: number): number {
  dependOn(now_ms); // counts down with the clock
  return Math.max(0, Math.ceil((instant_ms - Date.now()) / 1000));
}
