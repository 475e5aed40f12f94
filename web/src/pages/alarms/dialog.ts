/** The browser's own dialog, opened over the page when it is drawn; the focus returns to where it was when it closes. */
import { useEffect, useRef } from "preact/hooks";

export function useDialog() {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    dialog.current?.showModal();
    return () => {
      if (before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    };
  }, []);
  return dialog;
}
