/** One figure of the summary with what belongs to it, and an amount of money with its currency. */
import type { ComponentChildren } from "preact";
import { formatNumber, MISSING } from "../../format/number";
import { unitSymbol } from "../../format/unit";
import { locale } from "../../shell/preferences";

export interface BoxProps {
  readonly title: string;
  readonly big: ComponentChildren;
  readonly children?: ComponentChildren;
}

export function Box({ title, big, children }: BoxProps) {
  return (
    <div class="energy-box">
      <h2 class="energy-box-title">{title}</h2>
      <p class="energy-box-figure">{big}</p>
      <div class="energy-box-notes">{children}</div>
    </div>
  );
}

interface MoneyProps {
  readonly amount: number | null;
  readonly currency: string | null;
  readonly decimals: number;
  readonly per?: string;
}

/** An amount with its currency behind it, as with every unit; of a price also what it is for. */
export function Money({ amount, currency, decimals, per }: MoneyProps) {
  const shown = formatNumber(amount, decimals, locale.value);
  const unit = per === undefined ? (currency ?? "") : `${currency ?? ""}/${unitSymbol(per)}`;
  return (
    <span class="figure" data-quality={amount === null ? "missing" : "fresh"}>
      <span class="figure-value">{shown}</span>
      {shown === MISSING ? null : <span class="figure-unit"> {unit}</span>}
    </span>
  );
}
