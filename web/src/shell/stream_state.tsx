/** Live or not, in a word. What to do about it is in the notice below the bar. */
import { words } from "../i18n";
import type { StreamConnection } from "../live/connection";
import { Icon } from "../ui/icon";

export function StreamState({ connection }: { readonly connection: StreamConnection }) {
  const { kind } = connection.state.value;
  return (
    <p class="top-bar-state" data-bad={kind === "waiting"}>
      <Icon name={kind === "live" ? "live" : kind === "waiting" ? "offline" : "partly"} />
      {words.value.stream[kind]}
    </p>
  );
}
