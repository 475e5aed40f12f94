/**
 * Whether somebody evaluates alarms, opens orders, watches the service and tells people: the duties among the service's checks.
 *
 * An empty list of alarms is good news only while the rules are being evaluated and the page is live; `watchOf` says which it
 * is. A service that does not tell of the duty at all leaves it unknown, and what is unknown is not called healthy.
 */
import type { Check } from "../api/types";
import type { HealthReport } from "./service_health";

export const DUTIES = ["alarms", "maintenance", "watch", "notifications", "energy"] as const;
export type Duty = (typeof DUTIES)[number];

export type Watch = "running" | "down" | "unknown";

/** The duty that a check is about: `duty alarms`. */
export function dutyOf({ name }: Pick<Check, "name">): Duty | null {
  return DUTIES.find((duty) => name === `duty ${duty}`) ?? null;
}

export function watchOf(report: HealthReport | null, live: boolean, duty: Duty): Watch {
  const check = report?.checks.find((one) => dutyOf(one) === duty);
  if (!live || check === undefined) return "unknown";
  return check.status === "ok" ? "running" : "down";
}
