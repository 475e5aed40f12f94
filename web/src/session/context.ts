/** The site on the screen, for any part of a page that wants it: its session, and what is derived of its registry. */
import { createContext } from "preact";
import { useContext } from "preact/hooks";
import type { SiteSession, SiteView } from "./site_session";

export interface OpenSite {
  readonly session: SiteSession;
  readonly view: SiteView;
}

export const SiteContext = createContext<OpenSite | null>(null);

export function useSite(): OpenSite {
  const site = useContext(SiteContext);
  if (site === null) throw new Error("A part that shows a site was drawn outside of one: put it below SiteContext.Provider.");
  return site;
}
