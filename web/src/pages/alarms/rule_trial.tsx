/** Tries a rule against the readings that are stored, and says what it would have raised. It may be refused: in words. */
import { useSignal } from "@preact/signals";
import { figureWithUnit, nameOf, quietReason } from "../../alarms/naming";
import { tryRule, unitOf, type Edit, type RuleRecord, type Trial } from "../../alarms/rules";
import { formatAge } from "../../format/age";
import { formatNumber } from "../../format/number";
import { formatTime } from "../../format/time";
import { words } from "../../i18n";
import { serverNow_ms } from "../../live/clock";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { Choice } from "../../ui/choice";
import { Icon } from "../../ui/icon";
import { problemText } from "../../ui/problem_text";

const HOUR_MS = 3_600_000;
const SPANS = { hour: HOUR_MS, day: 24 * HOUR_MS, week: 168 * HOUR_MS } as const;
export type TrialSpan = keyof typeof SPANS;
const LISTED = 20;

export function RuleTrial({ record }: { readonly record: RuleRecord }) {
  const span = useSignal<TrialSpan>("week");
  const text = words.value.alarmRules.trial;
  return (
    <section class="box" aria-labelledby="rule-trial">
      <div class="history-head">
        <h2 id="rule-trial">{text.title}</h2>
        <Choice label={text.span} chosen={span.value} choose={(value) => { span.value = value; }} options={(Object.keys(SPANS) as TrialSpan[]).map((value) => ({ value, text: text.spans[value] }))} />
      </div>
      <p class="faint">{text.hint}</p>
      <Trying record={record} edit={() => null} span={span.value} label={text.run} />
    </section>
  );
}

export interface TryingProps {
  readonly record: RuleRecord;
  /** What to try at the moment of the press; null: the rule as it holds. */
  readonly edit: () => Edit | null;
  readonly span: TrialSpan;
  readonly label: string;
}

export function Trying({ record, edit, span, label }: TryingProps) {
  const { view } = useSite();
  const trial = useSignal<Trial | null>(null);
  const problem = useSignal<string | null>(null);
  const running = useSignal(false);
  const run = async (): Promise<void> => {
    running.value = true;
    problem.value = trial.value = null;
    try {
      trial.value = await tryRule(record, edit(), serverNow_ms() - SPANS[span], serverNow_ms());
    } catch (error) {
      problem.value = problemText(error);
    }
    running.value = false;
  };
  return (
    <>
      <p><button type="button" class="button" aria-disabled={running.value} onClick={() => { if (!running.value) void run(); }}>{running.value ? words.value.alarmRules.trial.running : label}</button></p>
      <div role="status">{trial.value === null ? null : <Came trial={trial.value} unit={unitOf(record, view.model)} />}</div>
      {problem.value === null ? null : <p class="held-problem" role="alert"><Icon name="warning" />{problem.value}</p>}
    </>
  );
}

function Came({ trial, unit }: { readonly trial: Trial; readonly unit: string }) {
  const { view } = useSite();
  const text = words.value.alarmRules.trial;
  return (
    <div class="trial">
      <p><b>{text.count(trial.count, trial.on.length)}</b> <span class="faint">{text.aDay(formatNumber(trial.alarms_a_day, 1, locale.value))}</span></p>
      {trial.chattering.map(({ machine, most_in_a_minute }) => <p key={machine} class="with-mark"><Icon name="warning" />{text.chattering(nameOf(machine, view.model), most_in_a_minute)}</p>)}
      {Object.entries(trial.kept_quiet).map(([reason, count]) => <p key={reason} class="faint">{text.quiet(count, quietReason(reason) ?? reason)}</p>)}
      {trial.alarms.length === 0 ? null : (
        <div class="energy-scroll" role="group" tabIndex={0} aria-label={text.title}>
          <table class="energy-table" aria-label={text.title}>
            <thead>
              <tr>{Object.values(text.columns).map((head) => <th key={head} scope="col">{head}</th>)}</tr>
            </thead>
            <tbody>
              {trial.alarms.slice(0, LISTED).map((alarm) => (
                <tr key={`${alarm.machine} ${alarm.raised_at}`}>
                  <td>{formatTime(Date.parse(alarm.raised_at), "full", view.model.site.time_zone, locale.value)}</td>
                  <td>{nameOf(alarm.machine, view.model)}</td>
                  <td>{alarm.level}</td>
                  <td>{alarm.value === null ? "–" : figureWithUnit(alarm.value, unit, locale.value)}</td>
                  <td>{alarm.duration_s === null ? text.stands : formatAge(alarm.duration_s, words.value.age)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {trial.count > LISTED ? <p class="faint">{text.more(trial.count - LISTED)}</p> : null}
    </div>
  );
}
