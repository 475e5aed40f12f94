/** Where the alarm pages are, for links to them (the site on the screen stays), and where the API has an alarm. */
import { route, routeHref } from "../shell/router";

export function listHref(query: Readonly<Record<string, string>> = {}): string {
  const site = route.value.query.get("site");
  return routeHref(["alarms"], new URLSearchParams(site === null ? query : { ...query, site }));
}

/** The rule of an alarm: `kunshan/header-pressure-low`, of the service itself `service/...`. */
export function ruleOf(alarm: string): string {
  return alarm.split("/").slice(0, 2).join("/");
}

/** The page of one alarm: `kunshan/header-pressure-low/air-header`. */
export function alarmHref(alarm: string): string {
  const site = route.value.query.get("site");
  return routeHref(["alarms", ...alarm.split("/")], site === null ? undefined : new URLSearchParams({ site }));
}

/** `kunshan/element-outlet-high/comp-3` as the parts of an address of the API. */
export function partsOf(alarm: string): { readonly site: string; readonly rule: string; readonly subject: string } {
  const [site = "", rule = "", subject = ""] = alarm.split("/");
  return { site, rule, subject };
}
