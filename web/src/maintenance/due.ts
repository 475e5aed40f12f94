/** What falls due, when, and on which machine; as the service says it, and by days of a month for the calendar. */
import { askRowsAt } from "../api/at";
import type { PlanDue } from "../api/types";
import { named } from "../i18n";

export type Due = PlanDue;

export function planName(due: Due): string {
  return named({ name: due.plan_name, name_zh: due.plan_name_zh });
}

export function dueMachine(due: Due): string {
  return named({ name: due.machine, name_zh: due.machine_zh });
}

export function loadDue(site: string): Promise<readonly Due[]> {
  return askRowsAt<Due>(["maintenance-due"], { site });
}

/** `2026-11`: a day more on either side, because a month of the site begins in another instant than a month of UTC. */
export async function loadMonth(site: string, month: string): Promise<readonly Due[]> {
  const [from, to] = [new Date(`${month}-01T00:00:00Z`), new Date(`${monthAfter(month, 1)}-01T00:00:00Z`)];
  const found = await askRowsAt<Due>(["maintenance-due"], { site, from: new Date(from.getTime() - 86_400_000).toISOString(), to: new Date(to.getTime() + 86_400_000).toISOString() });
  return found.filter(({ due_on }) => due_on?.startsWith(month) === true);
}

export function monthAfter(month: string, months: number): string {
  const [year = 1970, number = 1] = month.split("-").map(Number);
  return new Date(Date.UTC(year, number - 1 + months, 1)).toISOString().slice(0, 7);
}

/** Weeks from Monday to Sunday that have a day of the month in them; what is outside of it is null. */
export function weeksOf(month: string): readonly (readonly (string | null)[])[] {
  const [year = 1970, number = 1] = month.split("-").map(Number);
  const first = new Date(Date.UTC(year, number - 1, 1));
  const days = new Date(Date.UTC(year, number, 0)).getUTCDate();
  const before = (first.getUTCDay() + 6) % 7;
  const cells = Array.from({ length: Math.ceil((before + days) / 7) * 7 }, (_, cell) => {
    const day = cell - before + 1;
    return day < 1 || day > days ? null : `${month}-${String(day).padStart(2, "0")}`;
  });
  return Array.from({ length: cells.length / 7 }, (_, week) => cells.slice(week * 7, week * 7 + 7));
}
