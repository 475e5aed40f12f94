/** A place's power as a figure, and in words how far it can be trusted. */
import { formatAge } from "../../format/age";
import { words } from "../../i18n";
import type { PowerFigure } from "../../power/sum";
import { Figure, type Quality } from "../../ui/figure";
import { Icon } from "../../ui/icon";

export function PowerValue({ figure }: { readonly figure: PowerFigure | undefined }) {
  return <Figure value={figure?.power_kw ?? null} unit="kW" quality={powerQuality(figure)} />;
}

/** `fine` is what to say when there is nothing to doubt. */
export function PowerDoubt({ figure, fine }: { readonly figure: PowerFigure; readonly fine?: string }) {
  const text = words.value;
  if (figure.stale === 0 && figure.missing === 0) return <>{fine ?? null}</>;
  const doubts = [
    figure.missing > 0 ? text.power.missingMeters(figure.missing, figure.meters) : null,
    figure.stale > 0 ? text.power.staleMeters(figure.stale, figure.meters) : null,
    figure.stale > 0 && figure.age_s !== null ? text.age.ago(formatAge(figure.age_s, text.age)) : null,
  ];
  return (
    <span class="power-doubt">
      <Icon name="stale" />
      {doubts.filter((doubt) => doubt !== null).join(" · ")}
    </span>
  );
}

function powerQuality(figure: PowerFigure | undefined): Quality {
  if (figure === undefined || figure.power_kw === null) return "missing";
  if (figure.stale === figure.meters) return "stale";
  return figure.stale > 0 ? "partial" : "fresh";
}
