/** Whole days from one local day to another (`2026-11-24`): what is due on 24 February is 92 days away all day long on 24 November. */
export function daysUntil(day: string, today: string): number {
  return Math.round((Date.parse(day) - Date.parse(today)) / 86_400_000);
}
