/**
 * A priority as a shape with its number: told by form and number first, by colour besides. Filled while nobody has
 * acknowledged it, an outline afterwards. The word stands beside it.
 */
import { PRIORITIES, type Priority } from "./model";
import "./priority_mark.css";

const SHAPES: Readonly<Record<Priority, string>> = {
  critical: "M2 2h16v16H2z",
  high: "M10 1.500L19 17.500H1Z",
  medium: "M10 1L19 10L10 19L1 10Z",
  low: "M10 2a8 8 0 1 0 0 16a8 8 0 1 0 0-16",
};

/** Where the number stands: a triangle has its room below. */
const BASE: Readonly<Record<Priority, number>> = { critical: 14, high: 15.5, medium: 14, low: 14 };

export function PriorityMark({ priority, asking }: { readonly priority: Priority | null; readonly asking: boolean }) {
  if (priority === null) return null;
  return (
    <svg class="priority-mark" data-priority={priority} data-asking={asking} viewBox="0 0 20 20" width="18" height="18" aria-hidden="true" focusable="false">
      <path d={SHAPES[priority]} />
      <text x="10" y={BASE[priority]}>{PRIORITIES.indexOf(priority) + 1}</text>
    </svg>
  );
}
