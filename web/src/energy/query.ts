/**
 * What the energy page is asked: read from the address, written back to it.
 *
 *   #/energy?period=last_month&carrier=water&by=meter&space=b1&sort=-cost
 *   #/energy?period=custom&from=2026-11-01&to=2026-11-15        `to` is not part of it, as everywhere
 *
 * So a colleague can be sent exactly what is on the screen. What equals the default is left out of the address; what
 * cannot be read is the default.
 */
import { daysOf, PERIODS, type Days, type PeriodName } from "./period";

export const GROUPINGS = ["building", "space", "org_unit", "meter", "band"] as const;
export type Grouping = (typeof GROUPINGS)[number];

export const COLUMNS = ["name", "energy", "cost", "average_price", "peak_share", "change"] as const;
export type Column = (typeof COLUMNS)[number];

/** What the page is narrowed to; a meter by its code, the others by their path. */
export const SCOPES = ["space", "org_unit", "meter"] as const;
export interface Scope {
  readonly kind: (typeof SCOPES)[number];
  readonly value: string;
}

export interface EnergyQuery {
  readonly period: PeriodName;
  /** Of the period `custom`, null otherwise. */
  readonly custom: Days | null;
  /** null: electricity where the site has it, else the first that it has. */
  readonly carrier: string | null;
  readonly grouping: Grouping;
  readonly scope: Scope | null;
  readonly sort: Column;
  readonly descending: boolean;
  readonly text: string;
}

export const DEFAULT_QUERY: EnergyQuery = {
  period: "month", custom: null, carrier: null, grouping: "building", scope: null, sort: "energy", descending: true, text: "",
};

const DATE = /^\d{4}-\d{2}-\d{2}$/;

export function readEnergyQuery(address: URLSearchParams): EnergyQuery {
  const custom = readDays(address.get("from"), address.get("to"));
  const named = PERIODS.find((name) => name === address.get("period"));
  const period = named === undefined || (named === "custom" && custom === null) ? DEFAULT_QUERY.period : named;
  const order = address.get("sort") ?? "-energy";
  const scope = SCOPES.find((kind) => address.has(kind));
  return {
    period,
    custom: period === "custom" ? custom : null,
    carrier: address.get("carrier"),
    grouping: GROUPINGS.find((name) => name === address.get("by")) ?? DEFAULT_QUERY.grouping,
    scope: scope === undefined ? null : { kind: scope, value: address.get(scope) ?? "" },
    sort: COLUMNS.find((column) => column === order.replace(/^-/, "")) ?? DEFAULT_QUERY.sort,
    descending: order.startsWith("-"),
    text: address.get("q") ?? "",
  };
}

/** Other parameters of the address (the site) stay. */
export function writeEnergyQuery(query: EnergyQuery, address: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(address);
  const put = (name: string, value: string | null): void => {
    if (value === null || value === "") next.delete(name);
    else next.set(name, value);
  };
  const order = (query.descending ? "-" : "") + query.sort;
  put("period", query.period === DEFAULT_QUERY.period ? null : query.period);
  put("from", query.custom?.first ?? null);
  put("to", query.custom?.stop ?? null);
  put("carrier", query.carrier);
  put("by", query.grouping === DEFAULT_QUERY.grouping ? null : query.grouping);
  for (const kind of SCOPES) put(kind, query.scope?.kind === kind ? query.scope.value : null);
  put("sort", order === "-energy" ? null : order);
  put("q", query.text);
  return next;
}

export function queryDays(query: EnergyQuery, today: string): Days {
  return query.period === "custom" ? (query.custom ?? daysOf("month", today)) : daysOf(query.period, today);
}

/** A press on a column's head: this column, figures from the highest, or the other way round. */
export function sortedBy(query: EnergyQuery, column: Column): EnergyQuery {
  if (query.sort === column) return { ...query, descending: !query.descending };
  return { ...query, sort: column, descending: column !== "name" };
}

/** A calendar day that exists, or null: 30 February is none. */
function readDate(text: string | null): string | null {
  if (text === null || !DATE.test(text)) return null;
  const plain_ms = Date.parse(text);
  return Number.isNaN(plain_ms) || new Date(plain_ms).toISOString().slice(0, 10) !== text ? null : text;
}

function readDays(from: string | null, to: string | null): Days | null {
  const [first, stop] = [readDate(from), readDate(to)];
  return first === null || stop === null || first >= stop ? null : { first, stop };
}
