/**
 * Where we are: the part of the address behind `#`, as a path and a query.
 *
 *   #/devices/m-101?state=stale&sort=name   ->   { path: ["devices", "m-101"], query: state=stale&sort=name }
 *
 * Behind `#` because the console then works from any folder of any server without rewriting rules, and a printed QR
 * code of a machine keeps working. A filter lives in the query, so an address can be sent to a colleague.
 */
import { signal, type ReadonlySignal } from "@preact/signals";

export interface Route {
  readonly path: readonly string[];
  readonly query: URLSearchParams;
}

export function parseRoute(hash: string): Route {
  const [path = "", query = ""] = hash.replace(/^#/, "").split(/\?(.*)/s);
  return { path: path.split("/").filter((part) => part !== "").map(decode), query: new URLSearchParams(query) };
}

export function routeHref(path: readonly string[], query?: URLSearchParams): string {
  const text = query?.toString() ?? "";
  return `#/${path.map(encodeURIComponent).join("/")}${text === "" ? "" : `?${text}`}`;
}

const current = signal<Route>(parseRoute(""));

export const route: ReadonlySignal<Route> = current;

export function startRouter(): void {
  current.value = parseRoute(location.hash);
  addEventListener("hashchange", () => { current.value = parseRoute(location.hash); });
}

/** Goes to an address; `replace` leaves no step behind for the back button (typing in a filter). */
export function go(href: string, replace = false): void {
  if (replace) history.replaceState(null, "", href);
  else history.pushState(null, "", href);
  current.value = parseRoute(location.hash);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
