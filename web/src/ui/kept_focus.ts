/**
 * Where the focus goes when what had it is no longer there: the row of an alarm that is over, a button that was pressed and is
 * not offered any more. Else it falls to the head of the page, and the keyboard and a screen reader begin anew.
 */
import type { RefObject } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** Gives the focus back to what had it in this part and was moved; calls `recover` when that is gone and nothing else has it. */
export function useKeptFocus(within: RefObject<HTMLElement | null>, recover: () => void): void {
  const latest = useRef(recover);
  latest.current = recover;
  useEffect(() => {
    const part = within.current;
    if (part === null) return undefined;
    let last: HTMLElement | null = null;
    const remember = (event: FocusEvent): void => { last = event.target as HTMLElement; };
    // Who points at a place without anything to focus has left on purpose.
    const forget = (): void => { last = null; };
    const gone = new MutationObserver(() => {
      if (last === null || document.activeElement !== document.body) return;
      // A row that only moved to another place in the list lost the focus on the way.
      if (last.isConnected) last.focus({ preventScroll: true });
      else latest.current();
    });
    part.addEventListener("focusin", remember);
    addEventListener("pointerdown", forget);
    gone.observe(part, { childList: true, subtree: true });
    return () => {
      part.removeEventListener("focusin", remember);
      removeEventListener("pointerdown", forget);
      gone.disconnect();
    };
  }, []);
}
