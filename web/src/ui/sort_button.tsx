/** The head of a column that sorts: a press sorts by it, or the other way round; an arrow says which way it is now. */
import { Icon } from "./icon";
import type { Sorted } from "./order";
import "./sort_button.css";

export interface SortButtonProps {
  readonly text: string;
  readonly title?: string;
  readonly sorted: Sorted | undefined;
  readonly press: () => void;
}

export function SortButton({ text, title, sorted, press }: SortButtonProps) {
  return (
    <button type="button" class="sort-button" title={title} onClick={press}>
      {text}
      {sorted === undefined ? null : <Icon name={sorted === "ascending" ? "up" : "down"} />}
    </button>
  );
}
