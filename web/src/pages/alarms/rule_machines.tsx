/** The machines that a rule is on, with what each has otherwise, by whom and why; and those it cannot be on, with the reason. */
import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { nameOf } from "../../alarms/naming";
import { dropOverride, type RuleOverride, type RuleRecord } from "../../alarms/rules";
import { formatTime } from "../../format/time";
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { Icon } from "../../ui/icon";
import { useKeptFocus } from "../../ui/kept_focus";
import { problemText } from "../../ui/problem_text";
import { ReasonForm } from "../energy/reason_form";

export interface RuleMachinesProps {
  readonly record: RuleRecord;
  readonly edit: (machine: string) => void;
  readonly done: () => void;
}

export function RuleMachines({ record, edit, done }: RuleMachinesProps) {
  const { view } = useSite();
  const text = words.value.alarmRules;
  return (
    <section class="box" aria-labelledby="rule-machines">
      <h2 id="rule-machines">{text.machines}</h2>
      <div class="energy-scroll rule-machines" role="group" tabIndex={0} aria-labelledby="rule-machines">
        <table class="energy-table" aria-labelledby="rule-machines">
          <thead>
            <tr>
              <th scope="col">{text.machine}</th>
              <th scope="col">{text.own}</th>
              <th scope="col">{text.overrides}</th>
              <th scope="col"><span class="unseen">{text.edit}</span></th>
            </tr>
          </thead>
          <tbody>{record.on.map((machine) => <MachineRow key={machine} machine={machine} record={record} edit={edit} done={done} />)}</tbody>
        </table>
      </div>
      {record.not_on.length === 0 ? null : (
        <>
          <h3><span class="with-mark"><Icon name="warning" />{text.notOn}</span></h3>
          <ul class="rule-not-on">
            {record.not_on.map(({ machine, reason }) => <li key={machine}><b>{nameOf(machine, view.model)}</b> {reason}</li>)}
          </ul>
        </>
      )}
    </section>
  );
}

function MachineRow({ machine, record, edit, done }: RuleMachinesProps & { readonly machine: string }) {
  const { view } = useSite();
  const buttons = useRef<HTMLTableCellElement>(null);
  useKeptFocus(buttons, () => { buttons.current?.querySelector("button")?.focus({ preventScroll: true }); });
  const dropping = useSignal(false);
  const problem = useSignal<string | null>(null);
  const text = words.value.alarmRules;
  const own = record.overrides.find((one) => one.machine === machine);
  const name = nameOf(machine, view.model);
  return (
    <tr>
      <th scope="row">{name}<span class="energy-detail">{machine}</span></th>
      <td>{own === undefined ? <span class="faint">{text.asRule}</span> : ownText(own)}</td>
      <td class="alarm-comment">{own === undefined ? "" : `${own.actor}, ${formatTime(Date.parse(own.at), "moment", view.model.site.time_zone, locale.value)}: ${own.reason}`}</td>
      <td class="rule-edit" ref={buttons}>
        {dropping.value ? (
          <ReasonForm
            confirm={text.drop}
            cancel={() => { dropping.value = false; }}
            send={async (reason) => {
              try {
                await dropOverride(record, machine, reason);
                dropping.value = false;
                done();
              } catch (error) {
                problem.value = problemText(error);
              }
            }}
          />
        ) : (
          <>
            <button type="button" class="button" aria-label={text.editNamed(name)} onClick={() => { edit(machine); }}>{text.edit}</button>
            {own === undefined ? null : <button type="button" class="button button-plain" aria-label={text.dropNamed(name)} onClick={() => { dropping.value = true; }}>{text.drop}</button>}
          </>
        )}
        {problem.value === null ? null : <p class="held-problem" role="alert"><Icon name="warning" />{problem.value}</p>}
      </td>
    </tr>
  );
}

function ownText(own: RuleOverride): string {
  const text = words.value.alarmRules;
  const figures: readonly (readonly [string, number | null])[] = [[text.deadband, own.deadband], [text.on_delay_s, own.on_delay_s], [text.off_delay_s, own.off_delay_s]];
  return [
    ...(own.is_enabled ? [] : [text.off]),
    ...Object.entries(own.limits).map(([at, limit]) => `${at} ${limit}`),
    ...figures.flatMap(([name, figure]) => (figure === null ? [] : [`${name} ${figure}`])),
  ].join(" · ");
}
