/** The course of energy as stacked bars: from the API's points to pieces from a value to a value, by band. */
import { BANDS, type BandName, type ByBand } from "./bands";
import { doubtOf, type Doubt, type EnergyFigures } from "./quality";

export interface EnergyPoint extends EnergyFigures {
  readonly start: string;
  readonly stop: string;
}

export interface Piece {
  readonly band: BandName;
  readonly from: number;
  readonly to: number;
}

export interface Bar {
  readonly start_ms: number;
  readonly stop_ms: number;
  readonly by_band: ByBand;
  readonly pieces: readonly Piece[];
  readonly energy: number | null;
  readonly doubt: Doubt;
}

/** The bars of the points that have begun; of `meters` meters, at this instant. */
export function barsOf(points: readonly EnergyPoint[], meters: number, now_ms: number): Bar[] {
  return points.map((point) => {
    const [start_ms, stop_ms] = [Date.parse(point.start), Date.parse(point.stop)];
    return {
      start_ms,
      stop_ms,
      by_band: point.by_band,
      pieces: stack(point.by_band),
      energy: point.energy,
      doubt: doubtOf(point, meters, stop_ms + LATE_MS > now_ms),
    };
  });
}

/** A quarter hour is complete when the first read after it has come, which may be a quarter hour later. */
const LATE_MS = 900_000;

/** Energy that is given back stands below the line, by itself. */
export function stack(by_band: ByBand): Piece[] {
  const ends = { up: 0, down: 0 };
  return BANDS.flatMap((band) => {
    const energy = by_band[band] ?? 0;
    if (energy === 0) return [];
    const side = energy > 0 ? "up" : "down";
    const from = ends[side];
    ends[side] += energy;
    return [{ band, from, to: ends[side] }];
  });
}

/** Which bars have a word below them: each n-th, n a number that is round for this kind of bar. */
export function labelStep(count: number, most: number, round: readonly number[]): number {
  return round.find((step) => count / step <= most) ?? Math.max(1, Math.ceil(count / most));
}
