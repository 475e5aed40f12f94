/** The title of the browser's tab: the page and the site, in the chosen language. */
import { effect } from "@preact/signals";
import { named, words } from "../i18n";
import { chosenSite } from "../session/sites";
import { PAGES } from "./pages";
import { route } from "./router";

export function startTitle(): void {
  effect(() => {
    const page = PAGES.find(({ path }) => path === (route.value.path[0] ?? ""));
    const site = chosenSite.value;
    if (route.value.path[0] === "report") {
      document.title = `${words.value.report.title} · ${words.value.product}`;
      return;
    }
    const parts = [page === undefined ? null : words.value.navigation[page.word], site === null ? null : named(site), words.value.product];
    document.title = parts.filter((part) => part !== null).join(" · ");
  });
}
