/**
 * A signature drawn with a finger, a pen or a mouse, as a PNG. Black on white whatever the theme: it is printed on paper. A page that is
 * turned or zoomed keeps it, because the strokes are kept and not the pixels. Who cannot draw types their name instead: it is written here.
 */
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import "./signature_pad.css";

export interface SignaturePadProps {
  readonly label: string;
  readonly hint: string;
  readonly clear: string;
  readonly typed: string;
  readonly change: (draw: (() => Promise<Blob | null>) | null) => void;
}

type Stroke = readonly (readonly [number, number])[];

const [WIDTH, HEIGHT] = [640, 220];

export function SignaturePad({ label, hint, clear, typed, change }: SignaturePadProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const strokes = useRef<[number, number][][]>([]);
  const drawing = useRef(false);
  const name = useSignal("");
  const isEmpty = useSignal(true);
  const draw = (): void => {
    const paper = canvas.current?.getContext("2d") ?? null;
    if (paper === null) return;
    paint(paper, strokes.current, name.peek());
    const empty = strokes.current.length === 0 && name.peek().trim() === "";
    isEmpty.value = empty;
    change(empty ? null : () => new Promise((resolve) => { canvas.current?.toBlob(resolve, "image/png"); }));
  };
  useEffect(draw, []);
  const at = (event: PointerEvent): [number, number] => {
    const box = (event.currentTarget as HTMLElement).getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * WIDTH, ((event.clientY - box.top) / box.height) * HEIGHT];
  };
  return (
    <div class="signature">
      <canvas
        ref={canvas}
        class="signature-paper"
        width={WIDTH}
        height={HEIGHT}
        role="img"
        aria-label={label}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId);
          drawing.current = true;
          strokes.current.push([at(event)]);
          draw();
        }}
        onPointerMove={(event) => {
          if (!drawing.current) return;
          strokes.current.at(-1)?.push(at(event));
          draw();
        }}
        onPointerUp={() => { drawing.current = false; }}
        onPointerCancel={() => { drawing.current = false; }}
      />
      <p class="faint">{hint}</p>
      <div class="signature-tools">
        <input class="field" aria-label={typed} placeholder={typed} maxLength={60} value={name.value} onInput={(event) => { name.value = event.currentTarget.value; draw(); }} />
        <button type="button" class="button" disabled={isEmpty.value} onClick={() => { strokes.current = []; name.value = ""; draw(); }}>{clear}</button>
      </div>
    </div>
  );
}

function paint(paper: CanvasRenderingContext2D, strokes: readonly Stroke[], name: string): void {
  paper.fillStyle = "#ffffff";
  paper.fillRect(0, 0, WIDTH, HEIGHT);
  paper.fillStyle = "#000000";
  paper.strokeStyle = "#000000";
  paper.font = "italic 48px Georgia, serif";
  paper.textBaseline = "middle";
  paper.fillText(name, 24, HEIGHT / 2, WIDTH - 48);
  paper.lineWidth = 4;
  paper.lineCap = "round";
  paper.lineJoin = "round";
  for (const [first, ...rest] of strokes) {
    if (first === undefined) continue;
    paper.beginPath();
    paper.moveTo(...first);
    for (const point of rest.length === 0 ? [first] : rest) paper.lineTo(...point);
    paper.stroke();
  }
}
