/** The way between pages: a rail at the side, or a bar below on a phone. Ten pages fit without a menu. */
import { words } from "../i18n";
import { Icon } from "../ui/icon";
import { PAGES } from "./pages";
import { route, routeHref } from "./router";
import "./navigation.css";

export function Navigation({ covered }: { readonly covered: boolean }) {
  const here = route.value.path[0] ?? "";
  return (
    <nav class="rail" inert={covered} aria-label={words.value.navigation.label}>
      <p class="rail-brand" aria-hidden="true">IOE</p>
      <ul class="rail-pages">
        {PAGES.map(({ path, word, icon }) => (
          <li key={path}>
            <a class="rail-page" href={routeHref(path === "" ? [] : [path])} aria-current={path === here ? "page" : undefined}>
              <Icon name={icon} />
              {words.value.navigation[word]}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
