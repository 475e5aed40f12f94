/**
 * Arrow keys in the list: up and down a row, Home and End to its ends. The row may not be in the document yet: the page
 * is scrolled to where it belongs, and the row takes the focus when it has been drawn.
 */
import { useEffect, useRef } from "preact/hooks";
import type { RefObject } from "preact";
import { rowHeight } from "../../ui/window_rows";

/** Room for the sticky bars and head above a row that was scrolled to. */
const HEAD_PX = 156;

export interface RowKeys {
  readonly press: (event: KeyboardEvent) => void;
}

export function useRowKeys(list: RefObject<HTMLElement | null>, count: number): RowKeys {
  const wanted = useRef<number | null>(null);

  useEffect(() => {
    if (wanted.current !== null && focusRow(list.current, wanted.current)) wanted.current = null;
  });

  const press = (event: KeyboardEvent): void => {
    const row = (event.target as HTMLElement).closest<HTMLElement>("[data-index]");
    const next = row === null ? null : nextIndex(event.key, Number(row.dataset["index"]), count);
    if (next === null || list.current === null) return;
    event.preventDefault();
    bringIntoView(list.current, next);
    wanted.current = focusRow(list.current, next) ? null : next;
  };
  return { press };
}

/** False where the row is not in the document yet. */
export function focusRow(list: HTMLElement | null, index: number): boolean {
  const link = list?.querySelector<HTMLElement>(`[data-index="${index}"] a`) ?? null;
  link?.focus({ preventScroll: true });
  return link !== null;
}

function nextIndex(key: string, index: number, count: number): number | null {
  switch (key) {
    case "ArrowDown":
      return Math.min(count - 1, index + 1);
    case "ArrowUp":
      return Math.max(0, index - 1);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}

function bringIntoView(list: HTMLElement, index: number): void {
  const height = rowHeight(list);
  const top = list.getBoundingClientRect().top + index * height;
  if (top < HEAD_PX) scrollBy({ top: top - HEAD_PX });
  else if (top + height > innerHeight) scrollBy({ top: top + height - innerHeight });
}
