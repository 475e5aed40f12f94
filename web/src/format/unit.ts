/**
 * Units as the trade writes them, and how many decimals a figure of that unit deserves.
 *
 * The API spells units in ASCII (`m3/h`, `degC`); a screen shows `m³/h`, `°C`. Decimals depend on the unit and not on
 * the value, so that a figure that moves does not change its width; from 1,000 on decimals are noise and left out.
 */

interface UnitStyle {
  readonly symbol: string;
  readonly decimals: number;
}

const STYLES: Readonly<Record<string, UnitStyle>> = {
  kW: { symbol: "kW", decimals: 1 },
  W: { symbol: "W", decimals: 0 },
  MW: { symbol: "MW", decimals: 3 },
  kWh: { symbol: "kWh", decimals: 1 },
  MWh: { symbol: "MWh", decimals: 3 },
  kvar: { symbol: "kvar", decimals: 1 },
  kvarh: { symbol: "kvarh", decimals: 1 },
  kVA: { symbol: "kVA", decimals: 1 },
  V: { symbol: "V", decimals: 1 },
  A: { symbol: "A", decimals: 1 },
  Hz: { symbol: "Hz", decimals: 2 },
  "%": { symbol: "%", decimals: 1 },
  percent: { symbol: "%", decimals: 1 },
  degC: { symbol: "°C", decimals: 1 },
  delta_degC: { symbol: "K", decimals: 1 },
  K: { symbol: "K", decimals: 1 },
  bar: { symbol: "bar", decimals: 2 },
  Pa: { symbol: "Pa", decimals: 0 },
  kPa: { symbol: "kPa", decimals: 1 },
  MPa: { symbol: "MPa", decimals: 3 },
  m3: { symbol: "m³", decimals: 1 },
  Nm3: { symbol: "Nm³", decimals: 1 },
  kg: { symbol: "kg", decimals: 1 },
  "m3/h": { symbol: "m³/h", decimals: 1 },
  "m3/min": { symbol: "m³/min", decimals: 2 },
  "l/s": { symbol: "l/s", decimals: 1 },
  "kg/h": { symbol: "kg/h", decimals: 1 },
  "mm/s": { symbol: "mm/s", decimals: 2 },
  rpm: { symbol: "rpm", decimals: 0 },
  h: { symbol: "h", decimals: 1 },
  "g/kg": { symbol: "g/kg", decimals: 2 },
  "W/m2": { symbol: "W/m²", decimals: 0 },
  "W/m**2": { symbol: "W/m²", decimals: 0 },
  "m/s": { symbol: "m/s", decimals: 1 },
  "1": { symbol: "", decimals: 3 },
  "": { symbol: "", decimals: 3 },
};

const LARGE = 1000;
const EXPONENTS: Readonly<Record<string, string>> = { "2": "²", "3": "³" };

export function unitSymbol(unit: string): string {
  return STYLES[unit]?.symbol ?? unit.replace(/\*\*|\^/g, "").replace(/([A-Za-z])([23])(?![0-9])/g, (_, letter: string, digit: string) => letter + (EXPONENTS[digit] ?? digit));
}

export function unitDecimals(unit: string, value: number): number {
  if (Math.abs(value) >= LARGE) return 0;
  if (unit === "s") return Math.abs(value) < 10 && !Number.isInteger(value) ? 1 : 0;
  return STYLES[unit]?.decimals ?? 2;
}
