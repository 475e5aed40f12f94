/**
 * One alarm: what it is and what to do, why most likely and what speaks for it, the value around it, and everything that
 * happened to it. It follows the stream; what is there stays until the next answer has come.
 */
import { useComputed, useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { ACTIONS, isPossible, type Outcome } from "../../alarms/actions";
import { alarmHref } from "../../alarms/addresses";
import { isAsking } from "../../alarms/model";
import { alarmMessage, alarmName, machineName, priorityName } from "../../alarms/naming";
import { PriorityMark } from "../../alarms/priority_mark";
import { loadRecord, type AlarmRecord } from "../../alarms/record";
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { useResource } from "../../session/use_resource";
import { locale } from "../../shell/preferences";
import { useKeptFocus } from "../../ui/kept_focus";
import { Note, ProblemNote } from "../../ui/note";
import { PageSkeleton } from "../../ui/skeleton";
import { OpenOrders } from "../machines/machine_page";
import { ActionDialog, type Asked } from "./action_dialog";
import { AlarmCauses } from "./alarm_causes";
import { AlarmCourse } from "./alarm_course";
import { AlarmFacts } from "./alarm_facts";
import { StateText } from "./alarm_row";
import { AlarmTransitions } from "./alarm_transitions";
import { OccurrenceTable } from "./occurrence_table";
import { OutcomeNote } from "./outcome_note";
import "./alarm_detail.css";

export function AlarmDetailPage({ alarm }: { readonly alarm: string }) {
  const { session } = useSite();
  const since = useComputed(() => session.alarms.book.value.alarms?.find((one) => one.alarm === alarm)?.since).value;
  const stored = useResource(() => loadRecord(alarm), [alarm], `${session.alarms.renewed.value} ${since ?? ""}`);
  const { value, problem } = stored.state.value;
  const text = words.value.alarmPages.detail;
  if (problem?.status === 404) {
    return (
      <Note title={text.unknown(alarm)}>
        <p>{text.unknownAdvice}</p>
      </Note>
    );
  }
  return (
    <>
      {problem === null ? null : <ProblemNote problem={problem} retry={() => void stored.load()} />}
      {value === null ? (problem === null ? <PageSkeleton /> : null) : <Shown record={value} />}
    </>
  );
}

function Shown({ record }: { readonly record: AlarmRecord }) {
  const { session } = useSite();
  const part = useRef<HTMLDivElement>(null);
  useKeptFocus(part, () => { part.current?.querySelector("h1")?.focus({ preventScroll: true }); });
  const asked = useSignal<Asked | null>(null);
  const outcome = useSignal<Outcome | null>(null);
  const text = words.value.alarms;
  const finish = (came: Outcome): void => {
    outcome.value = came;
    session.alarms.renew();
  };
  const earlier = record.occurrences.filter(({ raised_at }) => raised_at !== record.raised_at);
  return (
    <div class="alarm-detail" ref={part}>
      <header class="alarm-title">
        <PriorityMark priority={record.priority} asking={isAsking(record)} />
        <div>
          <h1 tabIndex={-1}>{machineName(record)}: {alarmName(record)}</h1>
          <p class="alarm-sentence">{alarmMessage(record, locale.value)}</p>
          <p><b>{priorityName(record.priority)}</b> · <StateText alarm={record} /></p>
        </div>
        <div class="alarm-actions" role="group" aria-label={words.value.alarmPages.detail.actions}>
          {ACTIONS.filter((action) => isPossible(action, record)).map((action, index) => (
            <button key={action} type="button" class={`button${index === 0 && isAsking(record) ? " reason-confirm" : ""}`} onClick={() => { asked.value = { action, alarms: [record], left: 0 }; }}>
              {text.actions[action]}
            </button>
          ))}
        </div>
      </header>
      <OutcomeNote outcome={outcome.value} finish={finish} close={() => { outcome.value = null; }} />
      {record.first_out_of === null ? null : (
        <p class="notice"><a href={alarmHref(record.first_out_of)}>{words.value.alarmPages.detail.followsOf(record.first_out_of)}</a></p>
      )}
      <div class="alarm-columns-two">
        <AlarmCauses causes={record.causes} />
        <AlarmFacts record={record} />
      </div>
      {record.subject_kind === "service" ? null : <OpenOrders site={record.site} code={record.equipment ?? record.subject} />}
      <AlarmCourse record={record} />
      <AlarmTransitions record={record} />
      <section class="box" aria-labelledby="alarm-earlier">
        <h2 id="alarm-earlier">{words.value.alarmPages.detail.earlier}</h2>
        {earlier.length === 0 ? <p class="faint">{words.value.alarmPages.detail.noEarlier}</p> : <OccurrenceTable rows={earlier} labelledBy="alarm-earlier" named={false} />}
      </section>
      {asked.value === null ? null : <ActionDialog asked={asked.value} close={() => { asked.value = null; }} finish={finish} />}
    </div>
  );
}
