/**
 * Which rows of a long list are on the screen. Only those (and a few around) are in the document, so that 2,000 devices
 * cost no more than 30. Rows have one height, the custom property `--row` of the list in pixels.
 *
 *    the page scrolls --> first, last --> the list keeps the room of the others as --above and --below
 *
 * The room is set through the style sheet object model, which a strict Content-Security-Policy allows, unlike a style
 * attribute in markup.
 */
import { signal, type ReadonlySignal } from "@preact/signals";
import { useEffect, useLayoutEffect, useState } from "preact/hooks";
import type { RefObject } from "preact";

export interface RowWindow {
  readonly first: number;
  /** One past the last. */
  readonly end: number;
}

const AROUND = 8;
const FIRST_GUESS: RowWindow = { first: 0, end: 30 };

export function useWindowRows(list: RefObject<HTMLElement | null>, count: number): ReadonlySignal<RowWindow> {
  const [visible] = useState(() => signal(FIRST_GUESS));

  useEffect(() => {
    let frame: number | null = null;
    const measure = (): void => {
      frame = null;
      if (list.current === null) return;
      const next = windowAt(list.current.getBoundingClientRect().top, rowHeight(list.current), innerHeight, count);
      const now = visible.peek();
      if (now.first !== next.first || now.end !== next.end) visible.value = next;
    };
    const soon = (): void => { frame ??= requestAnimationFrame(measure); };
    measure();
    addEventListener("scroll", soon, { passive: true });
    addEventListener("resize", soon);
    const moved = new ResizeObserver(soon); // a notice above the list pushes it down without scrolling
    moved.observe(document.body);
    return () => {
      if (frame !== null) cancelAnimationFrame(frame);
      removeEventListener("scroll", soon);
      removeEventListener("resize", soon);
      moved.disconnect();
    };
  }, [count]);

  const { first, end } = visible.value;
  useLayoutEffect(() => {
    const element = list.current;
    if (element === null) return;
    const height = rowHeight(element);
    element.style.setProperty("--above", `${Math.min(first, count) * height}px`);
    element.style.setProperty("--below", `${Math.max(0, count - end) * height}px`);
  });
  return visible;
}

export function rowHeight(list: HTMLElement): number {
  return Number.parseFloat(getComputedStyle(list).getPropertyValue("--row")) || 1;
}

/** `top`: where the list begins on the screen, in pixels; negative when it is scrolled past. */
export function windowAt(top: number, row: number, screen: number, count: number): RowWindow {
  const first = Math.max(0, Math.floor(-top / row) - AROUND);
  const end = Math.min(count, Math.ceil((screen - top) / row) + AROUND);
  return { first: Math.min(first, Math.max(0, count - 1)), end: Math.max(end, 0) };
}
