/** The rows of the table: a group's figures beside those of the period before, in the order and with the filter asked for. */
import type { components } from "../api/schema";
import type { Column } from "./query";
import { hasWords } from "../ui/has_words";

export type EnergyGroup = components["schemas"]["EnergyGroup"];
export type EnergyAnswer = components["schemas"]["EnergyAnswer"];

export interface GroupRow {
  readonly key: string;
  readonly name: string;
  /** Below the name: where it is, or its code. */
  readonly detail: string;
  readonly group: EnergyGroup;
  /** Against the same stretch before, as a fraction of it; null: there is nothing to compare with. */
  readonly change: number | null;
}

/** What makes two groups of two answers the same. */
export function groupKey({ carrier, unit, meter, space, org_unit, band }: EnergyGroup): string {
  return [carrier, unit, meter, space, org_unit, band].map((part) => part ?? "").join("|");
}

export function changeOf(now: number | null, before: number | null | undefined): number | null {
  return now === null || before === null || before === undefined || before <= 0 ? null : now / before - 1;
}

/** Energies of an answer by group. */
export function energiesOf(groups: readonly EnergyGroup[]): Map<string, number | null> {
  return new Map(groups.map((group) => [groupKey(group), group.total.energy]));
}

/** Rows whose name or detail has every word of the text, in order; what is not known comes last either way. */
export function arrangeGroups(rows: readonly GroupRow[], sort: Column, descending: boolean, text: string, language: string): GroupRow[] {
  const wanted = hasWords(text);
  const names = new Intl.Collator(language, { numeric: true });
  const direction = descending ? -1 : 1;
  return rows
    .filter(({ name, detail }) => wanted(`${name} ${detail}`))
    .sort((a, b) => {
      const byName = names.compare(a.name, b.name);
      if (sort === "name") return direction * byName;
      const [left, right] = [figure(a, sort), figure(b, sort)];
      if (left === null || right === null) return Number(left === null) - Number(right === null) || byName;
      return direction * (left - right) || byName;
    });
}

function figure({ group, change }: GroupRow, sort: Exclude<Column, "name">): number | null {
  return sort === "change" ? change : group.total[sort];
}
