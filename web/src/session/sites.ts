/** All sites of this service, and which of them is on the screen: the one in the address, else the first. */
import { computed, type ReadonlySignal } from "@preact/signals";
import type { Site } from "../api/types";
import { loadSites } from "../registry/load";
import { route } from "../shell/router";
import { Resource } from "./resource";

export const sites = new Resource(loadSites);

export const chosenSite: ReadonlySignal<Site | null> = computed(() => {
  const all = sites.state.value.value ?? [];
  const wanted = route.value.query.get("site");
  return (all.find(({ code }) => code === wanted) ?? all[0]) ?? null;
});
