/** Names of groups, periods and changes as they stand on the page. */
import { formatNumber, type Locale } from "../format/number";
import { formatTime } from "../format/time";
import { named, words } from "../i18n";
import type { Place, SiteModel } from "../registry/site_model";
import type { EnergyGroup } from "./groups";
import type { Meter } from "./load";
import { addDays, localDate, type Days, type Span } from "./period";
import type { Scope } from "./query";

export interface Name {
  readonly name: string;
  readonly detail: string;
}

/** Dates without a zone: the days are local already. */
export function writeDays({ first, stop }: Days, language: Locale): string {
  const last = addDays(stop, -1);
  const write = (day: string): string => formatTime(Date.parse(day), "date", "UTC", language);
  return first === last ? write(first) : `${write(first)} – ${write(last)}`;
}

/** A span of dates, or of a date and an instant in the middle of a day. */
export function writeSpan({ from, to }: Span, zone: string, language: Locale): string {
  if (!to.includes("T")) return writeDays({ first: from, stop: to }, language);
  const day = formatTime(Date.parse(from), "day", "UTC", language);
  if (localDate(Date.parse(to), zone) === from) return `${day} 00:00–${formatTime(Date.parse(to), "minute", zone, language)}`;
  return `${day} – ${formatTime(Date.parse(to), "moment", zone, language)}`;
}

/** "+12 %", "−3.4 %": one decimal below ten. */
export function writeChange(change: number, language: Locale): string {
  const percent = change * 100;
  const figure = formatNumber(percent, Math.abs(percent) < 10 ? 1 : 0, language);
  return `${percent > 0 ? "+" : ""}${figure} %`;
}

export function groupName(group: EnergyGroup, grouping: string, model: SiteModel, meters: ReadonlyMap<string, Meter>): Name {
  const text = words.value.energy;
  switch (grouping) {
    case "meter": {
      const meter = meters.get(group.meter ?? "");
      const code = group.meter?.split("/")[1] ?? "";
      return { name: meter === undefined ? code : named(meter), detail: code };
    }
    case "org_unit": {
      if (group.org_unit === null) return { name: text.nobodyUnit, detail: text.nobodyHint };
      const unit = model.org_units.get(group.org_unit);
      return { name: unit === undefined ? group.org_unit : named(unit), detail: group.org_unit };
    }
    case "band":
      return { name: bandName(group.band ?? ""), detail: "" };
    default:
      return group.space === null ? { name: text.nobodySpace, detail: text.nobodyHint } : placeName(model.places.get(group.space), group.space);
  }
}

export function scopeName({ kind, value }: Scope, model: SiteModel, meters: readonly Meter[]): string {
  if (kind === "space") return placeName(model.places.get(value), value).name;
  const found = kind === "org_unit" ? model.org_units.get(value) : meters.find(({ code }) => code === value);
  return found === undefined ? value : named(found);
}

export function bandName(band: string): string {
  const names: Readonly<Record<string, string>> = words.value.energy.bands;
  return names[band] ?? band;
}

function placeName(place: Place | undefined, path: string): Name {
  if (place === undefined) return { name: path, detail: "" };
  const above: string[] = [];
  for (let up = place.parent; up !== null; up = up.parent) above.unshift(named(up.space));
  return { name: named(place.space), detail: above.join(" · ") };
}
