/** A share of a whole as a grey bar: it shows size, and size is not a state. The words beside it say the same. */
import "./share_bar.css";

export function ShareBar({ share }: { readonly share: number | null }) {
  const percent = Math.round(Math.min(1, Math.max(0, share ?? 0)) * 1000) / 10;
  return (
    <svg class="share-bar" aria-hidden="true" focusable="false">
      <rect class="share-bar-whole" width="100%" height="100%" />
      <rect class="share-bar-part" width={`${percent}%`} height="100%" />
    </svg>
  );
}
