/**
 * How many alarms nobody has acknowledged, by priority, on every page; and beside them, in a place of its own, whether the service
 * itself is well: who trusts that silence means health must see that somebody listens.
 *
 * What is not known is said to be so: before the first answer, while the stream is away, and while no rule is evaluated.
 */
import { alarmHref, listHref } from "../alarms/addresses";
import { machineName, alarmName } from "../alarms/naming";
import { isAsking, isOpen, PRIORITIES, type Alarm } from "../alarms/model";
import { PriorityMark } from "../alarms/priority_mark";
import { formatCount } from "../format/number";
import { formatTime } from "../format/time";
import { watchOf, type Watch } from "../health/alarm_watch";
import { troubles } from "../health/troubles";
import { words } from "../i18n";
import type { SiteSession } from "../session/site_session";
import { Icon, type IconName } from "../ui/icon";
import { locale } from "./preferences";
import "./alarm_strip.css";

const WATCH_ICONS: Readonly<Record<Watch, IconName>> = { down: "warning", running: "check", unknown: "missing" };

interface StripProps {
  readonly session: SiteSession;
}

export function AlarmStrip({ session, covered }: StripProps & { readonly covered: boolean }) {
  const live = session.connection.state.value.kind === "live";
  const old = !live || watchOf(session.health.report.value, live, "alarms") === "down";
  return (
    <section class="strip" aria-label={words.value.alarms.title} data-old={old} inert={covered}>
      <Asking session={session} live={live} />
      <Service session={session} live={live} />
    </section>
  );
}

function Asking({ session, live }: StripProps & { readonly live: boolean }) {
  const counts = session.alarms.counts.value;
  const text = words.value.alarms.strip;
  const watch = watchOf(session.health.report.value, live, "alarms");
  if (counts === null) return <p class="strip-asking"><Icon name="missing" />{text.unknown}</p>;
  const asking = PRIORITIES.filter((priority) => counts.site.asking[priority] > 0);
  const worst = session.alarms.book.value.alarms?.find((alarm) => isAsking(alarm) && alarm.subject_kind !== "service");
  return (
    <div class="strip-asking">
      {asking.length > 0 ? (
        <ul class="strip-counts" aria-label={text.label}>
          {asking.map((priority) => (
            <li key={priority}>
              <a class="strip-count" href={listHref({ state: "asking", priority, where: "site" })}>
                <PriorityMark priority={priority} asking />
                <b>{formatCount(counts.site.asking[priority], locale.value)}</b>
                <span class="strip-word">{words.value.alarms.priorities[priority].toLowerCase()}</span>
              </a>
            </li>
          ))}
        </ul>
      ) : (
        <a class="strip-count strip-none" href={listHref({})}>
          <Icon name={watch === "running" ? "check" : "missing"} />
          <span class="strip-word">{watch === "down" ? text.unknown : text.none}</span>
        </a>
      )}
      {live ? null : <AsOf session={session} />}
      {worst === undefined ? null : <Worst alarm={worst} />}
    </div>
  );
}

function AsOf({ session }: StripProps) {
  const heard_ms = session.heard_ms.value ?? session.alarms.book.value.at_ms;
  if (heard_ms === null) return null;
  const zone = session.view.value?.model.site.time_zone ?? "UTC";
  return <span class="strip-as-of">{words.value.alarms.strip.asOf(formatTime(heard_ms, "second", zone, locale.value))}</span>;
}

/** The worst that nobody has acknowledged, in its words. */
function Worst({ alarm }: { readonly alarm: Alarm }) {
  return (
    <a class="strip-worst" href={alarmHref(alarm.alarm)}>
      {machineName(alarm)}: {alarmName(alarm)}
    </a>
  );
}

function Service({ session, live }: StripProps & { readonly live: boolean }) {
  const text = words.value.alarms.strip;
  const report = session.health.report.value;
  const alarms = session.alarms.counts.value?.service.filter(isOpen) ?? [];
  const bad = report !== null && live && troubles(report).length > 0;
  const watch: Watch = alarms.length > 0 || bad ? "down" : watchOf(report, live, "watch");
  const saying = { down: text.serviceTrouble, running: text.serviceWell, unknown: text.serviceUnknown };
  const said = alarms.length > 0 ? text.serviceUnwell(alarms.length) : saying[watch];
  const worst = alarms.some(({ priority, state }) => priority === "critical" && isAsking({ state }));
  return (
    <a class="strip-service" data-watch={watch} data-bad={worst} href={listHref({ where: "service" })} title={text.service}>
      <Icon name={WATCH_ICONS[watch]} />
      <span class="strip-word">{said}</span>
      <span class="strip-short" aria-hidden="true">{text.service} {alarms.length > 0 ? formatCount(alarms.length, locale.value) : ""}</span>
    </a>
  );
}
