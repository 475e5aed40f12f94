/** A device's state: a shape and a word, and a colour only where something is wrong. */
import type { DeviceState } from "../devices/status";
import { words } from "../i18n";
import { Icon } from "./icon";
import "./state_mark.css";

export function StateMark({ state }: { readonly state: DeviceState }) {
  return (
    <span class="state-mark" data-state={state}>
      <Icon name={state} />
      {words.value.state[state]}
    </span>
  );
}
