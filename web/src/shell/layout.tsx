/**
 * The frame around every page: navigation at the side (below, on a phone), the bar with the site, its clock and the
 * state of the stream above, notices under it, and the page.
 */
import type { ComponentChildren } from "preact";
import { useRef } from "preact/hooks";
import { words } from "../i18n";
import type { SiteSession } from "../session/site_session";
import { Navigation } from "./navigation";
import { Notices } from "./notices";
import { TopBar } from "./top_bar";
import "./layout.css";

export interface LayoutProps {
  readonly session: SiteSession | null;
  readonly children: ComponentChildren;
}

export function Layout({ session, children }: LayoutProps) {
  const main = useRef<HTMLElement>(null);
  return (
    <div class="layout">
      <button type="button" class="button skip" onClick={() => { main.current?.focus(); }}>
        {words.value.skipToContent}
      </button>
      <Navigation />
      <TopBar session={session} />
      <main class="content" ref={main} tabIndex={-1}>
        {session === null ? null : <Notices session={session} />}
        {children}
      </main>
    </div>
  );
}
