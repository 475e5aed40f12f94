/**
 * A figure and its unit. How good the figure is can be seen without colour: a stale one is struck through its base
 * by a dotted line and greyed, a partial one carries "≈", a missing one is a dash.
 */
import { formatValue, MISSING } from "../format/number";
import { unitSymbol } from "../format/unit";
import { locale } from "../shell/preferences";
import "./figure.css";

export type Quality = "fresh" | "partial" | "stale" | "missing";

export interface FigureProps {
  readonly value: number | null;
  readonly unit: string;
  readonly quality: Quality;
  /** Shown instead of the number: a state's name. */
  readonly text?: string | undefined;
}

export function Figure({ value, unit, quality, text }: FigureProps) {
  const shown = text ?? formatValue(value, unit, locale.value);
  const symbol = text !== undefined || shown === MISSING ? "" : unitSymbol(unit);
  return (
    <span class="figure" data-quality={quality}>
      <span class="figure-value">
        {quality === "partial" ? "≈ " : ""}
        {shown}
      </span>
      {symbol === "" ? null : <span class="figure-unit"> {symbol}</span>}
    </span>
  );
}
