/** What can be done about the alarms that are selected; it stays at the foot of the screen while some are. */
import { ACTIONS, isPossible, type Action } from "../../alarms/actions";
import type { Alarm } from "../../alarms/model";
import { words } from "../../i18n";
import { Icon } from "../../ui/icon";
import "./alarm_bar.css";

export interface AlarmBarProps {
  readonly selected: readonly Alarm[];
  readonly ask: (action: Action) => void;
  readonly clear: () => void;
}

export function AlarmBar({ selected, ask, clear }: AlarmBarProps) {
  const text = words.value.alarms;
  const possible = ACTIONS.filter((action) => selected.some((alarm) => isPossible(action, alarm)));
  return (
    <div class="alarm-bar" role="group" aria-label={text.selected(selected.length)}>
      <p><b>{text.selected(selected.length)}</b></p>
      {possible.map((action) => <button key={action} type="button" class="button" onClick={() => { ask(action); }}>{text.actions[action]}</button>)}
      <button type="button" class="button button-plain" onClick={clear}>
        <Icon name="close" />
        {text.clearSelection}
      </button>
    </div>
  );
}
