/**
 * The page's report, kept current: asked for when the question changes, when quarter hours were closed at the site, and each
 * minute while the page is looked at. What is there stays until the next answer has come.
 */
import { effect, signal, untracked, type ReadonlySignal } from "@preact/signals";
import { useEffect, useMemo } from "preact/hooks";
import { serverNow_ms } from "../live/clock";
import { Resource, type ResourceState } from "../session/resource";
import { useSite } from "../session/context";
import { loadHeld, type LedgerEntry } from "./held";
import { loadReport, type EnergyQuestion, type EnergyReport } from "./load";

const EACH_MS = 60_000;
/** Registers close their quarter hours one after another: of many closings, one question. */
const SETTLED_MS = 5000;

export interface Followed<Value> {
  readonly state: ReadonlySignal<ResourceState<Value>>;
  readonly load: () => void;
}

export function useReport(question: EnergyQuestion): Followed<EnergyReport> {
  const key = JSON.stringify(question);
  const { asked, resource } = useMemo(() => {
    const wanted = signal(question);
    return { asked: wanted, resource: new Resource(() => loadReport(wanted.peek(), serverNow_ms())) };
  }, [question.site]);
  useEffect(() => {
    asked.value = question;
    void resource.load();
  }, [key, resource]);
  return useKept(resource);
}

export function useHeld(site: string): Followed<readonly LedgerEntry[]> {
  const resource = useMemo(() => new Resource<readonly LedgerEntry[]>(() => loadHeld(site)), [site]);
  useEffect(() => { void resource.load(); }, [resource]);
  return useKept(resource);
}

function useKept<Value>(resource: Resource<Value>): Followed<Value> {
  const { session } = useSite();
  useEffect(() => {
    let soon: ReturnType<typeof setTimeout> | undefined;
    const load = (): void => {
      if (!document.hidden) void resource.load();
    };
    const first = session.closings.peek();
    const stop = effect(() => {
      if (session.closings.value === first || soon !== undefined) return;
      soon = setTimeout(() => {
        soon = undefined;
        untracked(load);
      }, SETTLED_MS);
    });
    const timer = setInterval(load, EACH_MS);
    document.addEventListener("visibilitychange", load);
    return () => {
      stop();
      clearTimeout(soon);
      clearInterval(timer);
      document.removeEventListener("visibilitychange", load);
      resource.stop();
    };
  }, [resource, session]);
  return { state: resource.state, load: () => void resource.load() };
}
