/**
 * A line as an SVG path. Where a value is unknown the line stops and begins again: a gap is drawn as a gap.
 */
export interface PlotPoint {
  readonly x: number;
  readonly y: number | null;
}

export function linePath(points: readonly PlotPoint[]): string {
  const steps: string[] = [];
  let drawing = false;
  points.forEach((point, index) => {
    if (point.y === null) {
      drawing = false;
      return;
    }
    const place = `${round(point.x)} ${round(point.y)}`;
    const alone = !drawing && (points[index + 1]?.y ?? null) === null;
    steps.push(drawing ? `L${place}` : `M${place}${alone ? "h0.01" : ""}`);
    drawing = true;
  });
  return steps.join("");
}

/** The same line as stairs: each value holds until the next. */
export function stairs(points: readonly PlotPoint[]): PlotPoint[] {
  return points.flatMap((point, index) => {
    const before = points[index - 1];
    return before === undefined || point.y === null ? [point] : [{ x: point.x, y: before.y }, point];
  });
}

/** The same line closed down to a baseline, one closed shape for each piece. */
export function areaPath(points: readonly PlotPoint[], baseline: number): string {
  const pieces: { x: number; y: number }[][] = [];
  let piece: { x: number; y: number }[] = [];
  for (const { x, y } of points) {
    if (y === null) piece = [];
    else {
      if (piece.length === 0) pieces.push(piece);
      piece.push({ x, y });
    }
  }
  return pieces
    .map((part) => {
      const first = part[0];
      const last = part.at(-1);
      if (first === undefined || last === undefined) return "";
      const line = part.map(({ x, y }) => `${round(x)} ${round(y)}`).join("L");
      return `M${line}L${round(last.x)} ${round(baseline)}L${round(first.x)} ${round(baseline)}Z`;
    })
    .join("");
}

function round(coordinate: number): number {
  return Math.round(coordinate * 10) / 10;
}
