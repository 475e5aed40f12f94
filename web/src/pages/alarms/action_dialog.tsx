/**
 * Asks for what an action needs before it is done: a comment, for how long, and where critical alarms would fall silent, a sign
 * that this is meant. It is the browser's own dialog: it keeps the focus, Escape leaves it, Enter sends.
 */
import { useSignal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
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
import { Icon } from "../../ui/icon";
import { useDialog } from "./dialog";
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
  const dialog = useDialog();
  const field = useRef<HTMLInputElement>(null);
  const comment = useSignal("");
  const minutes = useSignal(60);
  const one_shot = useSignal(false);
  const sure = useSignal(false);
  const problem = useSignal<string | null>(null);
  const sending = useSignal(false);
  const text = words.value.alarms.dialog;
  const silencing = needsComment(action);
  const critical = silencing ? alarms.filter(({ priority }) => priority === "critical").length : 0;
  useEffect(() => { field.current?.focus(); }, []); // after the dialog has opened and focused its first button

  const submit = async (): Promise<void> => {
    const given = comment.value.trim();
    problem.value = silencing && given === "" ? text.whyNeeded : critical > 0 && !sure.value ? text.sureNeeded : null;
    if (problem.value !== null) {
      if (given === "") field.current?.focus();
      return;
    }
    sending.value = true;
    const outcome = await act(action, alarms, { comment: given, minutes: minutes.value, one_shot: one_shot.value });
    sending.value = false;
    if (outcome.done.length === 0 && outcome.refused.length === 1) {
      problem.value = outcome.refused[0]?.why ?? null;
      return;
    }
    close();
    finish(outcome);
  };

  return (
    <dialog class="action-dialog" ref={dialog} aria-labelledby={`${id}-title`} onClose={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!sending.value) void submit();
        }}
      >
        <h2 id={`${id}-title`}>{words.value.alarms.actions[action]}</h2>
        <AboutAlarms alarms={alarms} left={left} />
        <p class="action-explain">{text.explain[action]}</p>
        {action === "shelve" ? <ForHowLong minutes={minutes.value} choose={(value) => { minutes.value = value; }} one_shot={one_shot.value} chooseOneShot={(value) => { one_shot.value = value; }} /> : null}
        <label class="label" for={`${id}-comment`}>{silencing ? text.why : text.comment}</label>
        <input
          id={`${id}-comment`}
          ref={field}
          class="field"
          maxLength={LONGEST}
          placeholder={silencing ? text.whyHint : text.commentHint}
          value={comment.value}
          aria-required={silencing}
          aria-invalid={problem.value !== null}
          aria-describedby={problem.value === null ? undefined : `${id}-problem`}
          onInput={(event) => { comment.value = event.currentTarget.value; }}
        />
        {critical === 0 ? null : (
          <label class="action-sure">
            <input type="checkbox" class="check" checked={sure.value} onChange={(event) => { sure.value = event.currentTarget.checked; }} />
            <span><b>{text.critical(critical)}</b> {text.sure}</span>
          </label>
        )}
        {problem.value === null ? null : <p id={`${id}-problem`} class="held-problem" role="alert"><Icon name="warning" />{problem.value}</p>}
        <div class="action-buttons">
          <button type="submit" class="button reason-confirm" aria-disabled={sending.value}>{sending.value ? text.sending : words.value.alarms.actions[action]}</button>
          <button type="button" class="button button-plain" onClick={() => { dialog.current?.close(); }}>{text.cancel}</button>
        </div>
      </form>
    </dialog>
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

interface ForHowLongProps {
  readonly minutes: number;
  readonly choose: (minutes: number) => void;
  readonly one_shot: boolean;
  readonly chooseOneShot: (one_shot: boolean) => void;
}

function ForHowLong({ minutes, choose, one_shot, chooseOneShot }: ForHowLongProps) {
  const { view } = useSite();
  const text = words.value.alarms.dialog;
  const ends = formatTime(serverNow_ms() + minutes * 60_000, "moment", view.model.site.time_zone, locale.value);
  return (
    <>
      <Choice label={text.minutes} chosen={String(minutes)} choose={(value) => { choose(Number(value)); }} options={SHELVE_MINUTES.map((value) => ({ value: String(value), text: text.minute(value) }))} />
      <p class="faint" role="status">{text.ends(ends)}</p>
      <label class="action-sure">
        <input type="checkbox" class="check" checked={one_shot} onChange={(event) => { chooseOneShot(event.currentTarget.checked); }} />
        <span>{text.oneShot}</span>
      </label>
    </>
  );
}
