/**
 * Asks the API for everything that one picture of the energy page shows, at once, and keeps it together: a page of which half
 * is of one period and half of another would be wrong in silence.
 */
import { apiAddress, ask, askAll } from "../api/client";
import type { components, operations } from "../api/schema";
import { demandOf, type MeterDemand } from "./demand";
import type { EnergyAnswer } from "./groups";
import { before, daysBetween, localDate, resolutionOf, type Days, type Resolution, type Span } from "./period";
import { queryDays, type EnergyQuery } from "./query";

export type Meter = components["schemas"]["Meter"];
type Question = NonNullable<operations["get_energy"]["parameters"]["query"]>;
type CarrierName = NonNullable<Question["carrier"]>;

/** One question about one site, as far as it decides what is asked of the API. */
export interface EnergyQuestion {
  readonly site: string;
  readonly zone: string;
  readonly days: Days;
  readonly carrier: CarrierName;
  readonly grouping: EnergyQuery["grouping"];
  readonly scope: EnergyQuery["scope"];
}

export interface EnergyReport {
  readonly question: EnergyQuestion;
  readonly resolution: Resolution;
  readonly at_ms: number;
  /** Everything selected, by time. */
  readonly course: EnergyAnswer;
  readonly groups: EnergyAnswer;
  /** The same groups over `compared`. */
  readonly previous: EnergyAnswer;
  readonly compared: Span;
  /** By meter; empty where the page is narrowed to a space or a unit, whose demand is in `course`. */
  readonly demand: readonly MeterDemand[];
}

/** The demand of so many days is asked for; each month of each meter is looked at. */
const DEMAND_DAYS = 1000;

export function questionOf(query: EnergyQuery, site: string, zone: string, carriers: readonly CarrierName[], now_ms: number): EnergyQuestion {
  return {
    site,
    zone,
    days: queryDays(query, localDate(now_ms, zone)),
    carrier: carriers.find((carrier) => carrier === query.carrier) ?? carriers.find((carrier) => carrier === "electricity") ?? carriers[0] ?? "electricity",
    grouping: query.grouping,
    scope: query.scope,
  };
}

export async function loadReport(question: EnergyQuestion, now_ms: number): Promise<EnergyReport> {
  const { days, zone, grouping } = question;
  const resolution = resolutionOf(days);
  const compared = before(days, now_ms, zone);
  const whole = selection(question);
  const period: Question = { ...whole, from: days.first, to: days.stop };
  const perPlace = question.scope !== null && question.scope.kind !== "meter";
  const [course, groups, previous, months] = await Promise.all([
    ask("/api/v1/energy", { ...period, resolution, ...(perPlace ? { figures: ["demand" as const] } : {}) }),
    ask("/api/v1/energy", { ...period, group_by: [grouping] }),
    ask("/api/v1/energy", { ...whole, ...compared, group_by: [grouping] }),
    perPlace || daysBetween(days.first, days.stop) > DEMAND_DAYS ? [] : loadDemand(question),
  ]);
  return { question, resolution, at_ms: now_ms, course, groups, previous, compared, demand: demandOf(months) };
}

async function loadDemand({ site, scope, carrier, days }: EnergyQuestion) {
  const meter = scope === null ? {} : { meter: [`${site}/${scope.value}`] };
  return (await ask("/api/v1/demand", { site, carrier, ...meter, from: days.first, to: days.stop })).months;
}

export function loadMeters(site: string): Promise<Meter[]> {
  return askAll("/api/v1/meters", { site });
}

/** The carriers of a site's meters. */
export function carriersOf(meters: readonly Meter[]): CarrierName[] {
  return [...new Set(meters.map(({ carrier }) => carrier))];
}

/** The same question as a file: the table's groups, or with `by_time` the chart's course. */
export function fileAddress(question: EnergyQuestion, format: "csv" | "xlsx", by_time: boolean): string {
  const { first, stop } = question.days;
  const shape = by_time ? { resolution: resolutionOf(question.days) } : { group_by: [question.grouping] };
  return apiAddress("/api/v1/energy", { ...selection(question), from: first, to: stop, ...shape, time_zone: question.zone, format });
}

function selection({ site, carrier, scope }: EnergyQuestion): Question {
  if (scope === null) return { site, carrier };
  return { site, carrier, ...(scope.kind === "meter" ? { meter: [`${site}/${scope.value}`] } : { [scope.kind]: scope.value }) };
}
