/**
 * How the bands of a tariff are told apart: by shade and by pattern, never by colour, for colour means a state.
 *
 *   critical peak  solid, the strongest       off-peak       solid, pale
 *   peak           strong stripes             deep off-peak  empty, with an edge
 *   intermediate   solid, medium              no tariff      thin level lines
 *
 * The dearer, the stronger. Patterns are drawings that fills refer to by name: `BandPatterns` stands once on a page.
 */
import type { BandName } from "../energy/bands";
import "./band_fill.css";

const PATTERNED: ReadonlySet<BandName> = new Set(["peak", "unbilled"]);

export function BandPatterns() {
  return (
    <svg class="band-patterns" width="0" height="0" aria-hidden="true" focusable="false">
      <defs>
        <pattern id="band-peak" width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect class="band-peak-ground" width="5" height="5" />
          <rect class="band-peak-stripe" width="2.5" height="5" />
        </pattern>
        <pattern id="band-unbilled" width="4" height="4" patternUnits="userSpaceOnUse">
          <rect class="band-unbilled-ground" width="4" height="4" />
          <rect class="band-unbilled-stripe" width="4" height="1" />
        </pattern>
      </defs>
    </svg>
  );
}

/** The attributes of a rectangle of this band. */
export function bandFill(band: BandName): { readonly class: string; readonly fill?: string } {
  return PATTERNED.has(band) ? { class: `band band-${band}`, fill: `url(#band-${band})` } : { class: `band band-${band}` };
}

export function BandSwatch({ band }: { readonly band: BandName }) {
  return (
    <svg class="band-swatch" width="14" height="14" aria-hidden="true" focusable="false">
      <rect {...bandFill(band)} x="0.5" y="0.5" width="13" height="13" />
    </svg>
  );
}
