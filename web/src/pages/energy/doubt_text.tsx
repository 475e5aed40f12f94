/** In words how far a figure can be trusted: grey where a part is estimated, amber with a sign where time is missing. */
import { formatAge } from "../../format/age";
import { formatNumber } from "../../format/number";
import type { Doubt } from "../../energy/quality";
import { words } from "../../i18n";
import { locale } from "../../shell/preferences";
import type { Quality } from "../../ui/figure";
import { Icon } from "../../ui/icon";

export function DoubtText({ doubt, meters }: { readonly doubt: Doubt; readonly meters: number }) {
  const text = words.value.energy.quality;
  if (doubt.kind === "nothing") return <span class="faint">{text.nothing}</span>;
  const plain = doubtParts(doubt);
  if (doubt.kind === "known") return <span class="faint">{plain.join(", ") || text.measured}</span>;
  const time = formatAge(doubt.missing_s, words.value.age);
  return (
    <span class="energy-doubt">
      {doubt.kind === "missing" ? (
        <span class="energy-missing">
          <Icon name="warning" />
          {meters > 1 ? text.ofMeters(time, meters) : text.missing(time)}
        </span>
      ) : null}
      {plain.length === 0 ? null : <span class="energy-estimated">{plain.join(", ")}</span>}
    </span>
  );
}

/** The same for a figure's own look. */
export function doubtQuality({ kind }: Doubt): Quality {
  if (kind === "nothing") return "missing";
  return kind === "known" ? "fresh" : "partial";
}

export function doubtParts({ estimated, interpolated }: Doubt): string[] {
  const text = words.value.energy.quality;
  return [
    estimated > 0 ? text.estimated(part(estimated)) : "",
    interpolated > 0 ? text.interpolated(part(interpolated)) : "",
  ].filter((said) => said !== "");
}

/** A small part is not "0 %". */
function part(fraction: number): string {
  const percent = fraction * 100;
  return percent < 1 ? "<1 %" : `${formatNumber(percent, 0, locale.value)} %`;
}
