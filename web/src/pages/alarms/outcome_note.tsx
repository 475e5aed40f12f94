/** What came of an action, with its undo, and in the API's words what was refused and why. */
import { useSignal } from "@preact/signals";
import { act, UNDO, type Outcome } from "../../alarms/actions";
import { alarmName, machineName } from "../../alarms/naming";
import { words } from "../../i18n";
import { Icon } from "../../ui/icon";
import "./outcome_note.css";

export interface OutcomeNoteProps {
  readonly outcome: Outcome | null;
  readonly finish: (outcome: Outcome) => void;
  readonly close: () => void;
}

export function OutcomeNote({ outcome, finish, close }: OutcomeNoteProps) {
  return <div role="status">{outcome === null ? null : <Came outcome={outcome} finish={finish} close={close} />}</div>;
}

function Came({ outcome, finish, close }: OutcomeNoteProps & { readonly outcome: Outcome }) {
  const sending = useSignal(false);
  const text = words.value.alarms;
  const back = UNDO[outcome.action];
  const undo = async (): Promise<void> => {
    if (back === undefined) return;
    sending.value = true;
    finish(await act(back, outcome.done, { comment: text.done.undoComment, minutes: 0, one_shot: false }));
    sending.value = false;
  };
  return (
    <div class="outcome-note" data-bad={outcome.refused.length > 0}>
      {outcome.done.length === 0 ? null : <p><Icon name="check" />{text.done[outcome.action](outcome.done.length)}</p>}
      {outcome.refused.map(({ alarm, why }) => (
        <p key={alarm.alarm}><Icon name="warning" /><b>{machineName(alarm)}: {alarmName(alarm)}</b> {why}</p>
      ))}
      {back === undefined || outcome.done.length === 0 ? null : <button type="button" class="button" disabled={sending.value} onClick={() => void undo()}>{text.done.undo}</button>}
      <button type="button" class="button button-plain button-icon" aria-label={text.dialog.close} title={text.dialog.close} onClick={close}><Icon name="close" /></button>
    </div>
  );
}
