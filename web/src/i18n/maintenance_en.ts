/** The words of the maintenance page (plans that fall due, parts) in English. */
const plural = (count: number, one: string, many: string): string => (count === 1 ? one : many);

export const maintenance = {
  title: "Maintenance",
  parts: { due: "Due", calendar: "Calendar", parts: "Parts", label: "Parts of the maintenance page" },
  due: {
    columns: { plan: "Plan", machine: "Machine", due: "Due", used: "Used", order: "Order" },
    overdue: (age: string) => `overdue by ${age}`,
    now: "due now",
    in: (age: string) => `in ${age}`,
    unknown: "cannot be said",
    forecast: "forecast",
    usedOf: (used: string, allowed: string) => `${used} of ${allowed}`,
    none: "No plan falls due. Plans are described in maintenance.toml of the site folder.",
    shown: (count: number) => `${count} ${plural(count, "plan", "plans")} on machines`,
  },
  calendar: { before: "Month before", after: "Month after", today: "This month", nothing: "Nothing falls due in this month.", more: (count: number) => `${count} more` },
  stock: {
    columns: { name: "Part", stock: "In stock", minimum: "Minimum", location: "Location", cost: "Unit cost" },
    low: "low",
    onlyLow: "Low stock",
    none: "No part is described yet: parts.csv in the site folder.",
    noMatch: "No part matches these filters.",
    searchHint: "Name, code or location",
    shown: (shown: number, count: number) => (shown === count ? `${count} ${plural(count, "part", "parts")}` : `${shown} of ${count} parts`),
  },
};
