/**
 * Asks for what an action needs before it is done: a comment, for how long, and where critical alarms would fall silent, a sign
 * that this is meant.
 */
import { useSignal, type Signal } from "@preact/signals";
import { useId, useRef } from "preact/hooks";
import { act, needsComment, SHELVE_MINUTES, type Action, type Outcome } from "../../alarms/actions";
import type { Alarm } from "../../alarms/model";
import { alarmName, machineName, priorityName } from "../../alarms/naming";
import { PriorityMark } from "../../alarms/priority_mark";
import { formatTime } from "../../format/time";
import { words } from "../../i18n";
import { serverNow_ms } from "../../live/clock";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { Choice } from "../../ui/choice";
import { FormDialog } from "../../ui/form_dialog";
import "./action_dialog.css";

export interface Asked {
  readonly action: Action;
  readonly alarms: readonly Alarm[];
  /** Selected too, but this cannot be done to them. */
  readonly left: number;
}

export interface ActionDialogProps {
  readonly asked: Asked;
  readonly close: () => void;
  readonly finish: (outcome: Outcome) => void;
}

const LONGEST = 1000;
const LISTED = 5;

export function ActionDialog({ asked, close, finish }: ActionDialogProps) {
  const { action, alarms, left } = asked;
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  const comment = useSignal("");
  const minutes = useSignal(60);
  const one_shot = useSignal(false);
  const sure = useSignal(false);
  const problem = useSignal<string | null>(null);
  const text = words.value.alarms.dialog;
  const silencing = needsComment(action);
  const critical = silencing ? alarms.filter(({ priority }) => priority === "critical").length : 0;

  const send = async (): Promise<string | null> => {
    const given = comment.value.trim();
    if (silencing && given === "") {
      field.current?.focus();
      return text.whyNeeded;
    }
    if (critical > 0 && !sure.value) return text.sureNeeded;
    const outcome = await act(action, alarms, { comment: given, minutes: minutes.value, one_shot: one_shot.value });
    const [refused] = outcome.refused;
    if (refused !== undefined && alarms.length === 1) return refused.why;
    close();
    finish(outcome);
    return null;
  };

  return (
    <FormDialog id={id} title={words.value.alarms.actions[action]} confirm={words.value.alarms.actions[action]} problem={problem} send={send} close={close}>
      <AboutAlarms alarms={alarms} left={left} />
      <p class="form-dialog-explain">{text.explain[action]}</p>
      {action === "shelve" ? <ForHowLong minutes={minutes} one_shot={one_shot} /> : null}
      <label class="label" for={`${id}-comment`}>{silencing ? text.why : text.comment}</label>
      <input
        id={`${id}-comment`}
        ref={field}
        class="field"
        autofocus
        maxLength={LONGEST}
        placeholder={silencing ? text.whyHint : text.commentHint}
        value={comment.value}
        aria-required={silencing}
        aria-invalid={problem.value !== null}
        aria-describedby={problem.value === null ? undefined : `${id}-problem`}
        onInput={(event) => { comment.value = event.currentTarget.value; }}
      />
      {critical === 0 ? null : (
        <label class="form-dialog-tick">
          <input type="checkbox" class="check" checked={sure.value} onChange={(event) => { sure.value = event.currentTarget.checked; }} />
          <span><b>{text.critical(critical)}</b> {text.sure}</span>
        </label>
      )}
    </FormDialog>
  );
}

function AboutAlarms({ alarms, left }: Pick<Asked, "alarms" | "left">) {
  const text = words.value.alarms.dialog;
  return (
    <>
      <ul class="action-about" aria-label={text.count(alarms.length)}>
        {alarms.slice(0, LISTED).map((alarm) => (
          <li key={alarm.alarm}>
            <PriorityMark priority={alarm.priority} asking={false} />
            <span><span class="unseen">{priorityName(alarm.priority)} </span><b>{machineName(alarm)}</b> {alarmName(alarm)}</span>
          </li>
        ))}
      </ul>
      {alarms.length > LISTED ? <p class="faint">{text.more(alarms.length - LISTED)}</p> : null}
      {left > 0 ? <p class="faint">{text.left(left)}</p> : null}
    </>
  );
}

function ForHowLong({ minutes, one_shot }: { readonly minutes: Signal<number>; readonly one_shot: Signal<boolean> }) {
  const { view } = useSite();
  const text = words.value.alarms.dialog;
  const ends = formatTime(serverNow_ms() + minutes.value * 60_000, "moment", view.model.site.time_zone, locale.value);
  return (
    <>
      <Choice label={text.minutes} chosen={String(minutes.value)} choose={(value) => { minutes.value = Number(value); }} options={SHELVE_MINUTES.map((value) => ({ value: String(value), text: text.minute(value) }))} />
      <p class="faint" role="status">{text.ends(ends)}</p>
      <label class="form-dialog-tick">
        <input type="checkbox" class="check" checked={one_shot.value} onChange={(event) => { one_shot.value = event.currentTarget.checked; }} />
        <span>{text.oneShot}</span>
      </label>
    </>
  );
}
