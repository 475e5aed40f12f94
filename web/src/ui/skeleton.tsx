/** The shape of a page that is not known yet. To a screen reader it is one word. */
import { words } from "../i18n";
import "./skeleton.css";

const ROWS = [0, 1, 2, 3, 4, 5, 6, 7];

export function PageSkeleton() {
  return (
    <div class="skeleton" role="status">
      <span class="unseen">{words.value.loading}</span>
      <div class="skeleton-power">
        <div class="skeleton-box" />
        <div class="skeleton-box" />
        <div class="skeleton-box" />
      </div>
      {ROWS.map((row) => <div key={row} class="skeleton-box skeleton-row" />)}
    </div>
  );
}
