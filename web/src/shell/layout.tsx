/**
 * The frame around every page: navigation at the side (below, on a phone), the bar with the site, its clock and the
 * state of the stream above, the alarms below it, notices under them, and the page.
 */
import type { ComponentChildren } from "preact";
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { words } from "../i18n";
import type { SiteSession } from "../session/site_session";
import { AlarmStrip } from "./alarm_strip";
import { Navigation } from "./navigation";
import { Notices } from "./notices";
import { isNarrow } from "./narrow";
import { route } from "./router";
import { TopBar } from "./top_bar";
import "./layout.css";

export interface LayoutProps {
  readonly session: SiteSession | null;
  readonly panel: ComponentChildren;
  readonly children: ComponentChildren;
}

export function Layout({ session, panel, children }: LayoutProps) {
  const main = useRef<HTMLElement>(null);
  const page = route.value.path[0] ?? "";
  useArrival(page, main);
  const covered = isNarrow.value && route.value.query.has("device");
  return (
    <div class="layout">
      <button type="button" class="button skip" onClick={() => { main.current?.focus(); }}>
        {words.value.skipToContent}
      </button>
      <Navigation covered={covered} />
      <TopBar session={session} covered={covered} />
      {session === null ? null : <AlarmStrip session={session} covered={covered} />}
      <main class="content" ref={main} tabIndex={-1} inert={covered}>
        {session === null ? null : <Notices session={session} />}
        {children}
      </main>
      {panel}
    </div>
  );
}

/** On another page reading begins at its head, with the eyes and with a screen reader; not when the console opens. */
function useArrival(page: string, main: RefObject<HTMLElement | null>): void {
  const seen = useRef(page);
  useEffect(() => {
    if (seen.current === page) return;
    seen.current = page;
    scrollTo({ top: 0 });
    main.current?.focus({ preventScroll: true });
  }, [page]);
}
