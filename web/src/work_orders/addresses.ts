/** Where the pages of orders, machines and maintenance are, for links to them; the site on the screen stays. */
import { route, routeHref } from "../shell/router";

export function ordersHref(query: Readonly<Record<string, string>> = {}): string {
  return hrefTo(["work-orders"], query);
}

/** The page of one order: `kunshan/41`. */
export function orderHref(order: string): string {
  return hrefTo(["work-orders", ...order.split("/")]);
}

export function machineHref(site: string, code: string): string {
  return hrefTo(["machines", site, code]);
}

export function hrefTo(path: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  const site = route.value.query.get("site");
  return routeHref(path, new URLSearchParams(site === null ? query : { ...query, site }));
}
