/**
 * Which site and which page: opens a session for the site in the address and draws the page around it.
 *
 *   sites --> chosen site --> session (registry, stream, health) --> view --> page, device panel
 *
 * Who has scanned a machine's label gets that page alone: no site is opened for somebody without an account.
 */
import { useSignal, useSignalEffect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { words } from "./i18n";
import { DevicePanel } from "./pages/devices/device_panel";
import { EmptySite } from "./pages/live/empty_site";
import { ReportPage } from "./pages/report/report_page";
import { SiteContext } from "./session/context";
import { SiteSession } from "./session/site_session";
import { chosenSite, sites } from "./session/sites";
import { Layout } from "./shell/layout";
import { PAGES } from "./shell/pages";
import { route, routeHref } from "./shell/router";
import { Note, ProblemNote } from "./ui/note";
import { PageSkeleton } from "./ui/skeleton";

export function App() {
  const { path } = route.value;
  return path[0] === "report" ? <ReportPage key={path[1]} label={path[1] ?? ""} /> : <SiteApp />;
}

function SiteApp() {
  useEffect(() => { void sites.load(); }, []);
  const session = useSignal<SiteSession | null>(null);
  useSignalEffect(() => {
    const site = chosenSite.value;
    const opened = site === null ? null : new SiteSession(site);
    session.value = opened;
    opened?.open();
    return () => { opened?.close(); };
  });
  const open = session.value;
  const view = open?.view.value ?? null;
  return (
    <SiteContext.Provider value={open === null || view === null ? null : { session: open, view }}>
      <Layout session={open} panel={view === null ? null : <DevicePanel />}>
        {open === null ? <NoSession /> : <SessionPage key={open.code} session={open} />}
      </Layout>
    </SiteContext.Provider>
  );
}

function NoSession() {
  const { value, problem } = sites.state.value;
  if (problem !== null) return <ProblemNote problem={problem} retry={() => void sites.load()} />;
  return value === null ? <PageSkeleton /> : <EmptySite site={null} />;
}

function SessionPage({ session }: { readonly session: SiteSession }) {
  const view = session.view.value;
  const { problem } = session.registry.state.value;
  const path = route.value.path;
  const page = PAGES.find((candidate) => candidate.path === (path[0] ?? "") && (path.length < 2 || candidate.deep === true));
  return (
    <>
      {problem === null ? null : <ProblemNote problem={problem} retry={() => void session.registry.load()} />}
      {page === undefined ? <NotFound /> : null}
      {view === null && problem === null ? <PageSkeleton /> : null}
      {view === null || page === undefined ? null : <page.component />}
    </>
  );
}

function NotFound() {
  return (
    <Note title={words.value.notFound.title}>
      <a class="button" href={routeHref([])}>{words.value.notFound.back}</a>
    </Note>
  );
}
