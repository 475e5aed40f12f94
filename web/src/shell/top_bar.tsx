/** The site, its clock, whether the figures are live, and the two preferences. */
import { formatTime, formatZone } from "../format/time";
import { named, words } from "../i18n";
import { now_ms } from "../live/clock";
import type { SiteSession } from "../session/site_session";
import { sites } from "../session/sites";
import { Icon } from "../ui/icon";
import { IngestState } from "./ingest_state";
import { locale, theme, THEMES } from "./preferences";
import { go, route, routeHref } from "./router";
import { StreamState } from "./stream_state";
import "./top_bar.css";

export function TopBar({ session, covered }: { readonly session: SiteSession | null; readonly covered: boolean }) {
  return (
    <header class="top-bar" inert={covered}>
      <SiteName session={session} />
      {session === null ? null : <StreamState connection={session.connection} />}
      {session === null ? null : <IngestState session={session} />}
      {session === null ? null : <SiteClock session={session} />}
      <Preferences />
    </header>
  );
}

function SiteName({ session }: { readonly session: SiteSession | null }) {
  const all = sites.state.value.value ?? [];
  const site = all.find(({ code }) => code === session?.code);
  const name = site === undefined ? words.value.product : named(site);
  if (all.length < 2 || site === undefined) return <p class="top-bar-site">{name}</p>;
  const choose = (code: string): void => {
    go(routeHref(route.peek().path.slice(0, 1), new URLSearchParams({ site: code })));
  };
  return (
    <select class="field top-bar-site" aria-label={words.value.site.choose} value={site.code} onChange={(event) => { choose(event.currentTarget.value); }}>
      {all.map((one) => (
        <option key={one.code} value={one.code}>{named(one)}</option>
      ))}
    </select>
  );
}

function SiteClock({ session }: { readonly session: SiteSession }) {
  const zone = session.view.value?.model.site.time_zone;
  if (zone === undefined) return null;
  return (
    <p class="top-bar-clock" title={`${words.value.site.clock} · ${zone}`}>
      <span class="unseen">{words.value.site.clock} </span>
      {formatTime(now_ms.value, "second", zone, locale.value)}
      <span class="faint"> {formatZone(now_ms.value, zone)}</span>
    </p>
  );
}

export function Preferences() {
  const text = words.value.preferences;
  const next = THEMES[(THEMES.indexOf(theme.value) + 1) % THEMES.length] ?? "system";
  const themeText = `${text.theme}: ${text.themes[theme.value]}`;
  return (
    <div class="top-bar-preferences">
      <button type="button" class="button button-plain" lang={locale.value === "en" ? "zh-CN" : "en-GB"} onClick={() => { locale.value = locale.value === "en" ? "zh" : "en"; }}>
        {text.otherLanguage}
      </button>
      <button type="button" class="button button-plain button-icon" aria-label={themeText} title={themeText} onClick={() => { theme.value = next; }}>
        <Icon name={theme.value} />
      </button>
    </div>
  );
}
