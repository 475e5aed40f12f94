/** One rule: what it watches and from which limits, on which machines and on which not, who changed what; and trying it on history. */
import { useSignal } from "@preact/signals";
import { listHref } from "../../alarms/addresses";
import { systemName } from "../../alarms/naming";
import { PriorityMark } from "../../alarms/priority_mark";
import { loadRule, unitOf, type RuleRecord } from "../../alarms/rules";
import { formatValue } from "../../format/number";
import { unitSymbol } from "../../format/unit";
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { useResource } from "../../session/use_resource";
import { locale } from "../../shell/preferences";
import { Icon } from "../../ui/icon";
import { Note, ProblemNote } from "../../ui/note";
import { PageSkeleton } from "../../ui/skeleton";
import { ruleName } from "./alarm_rules";
import { RuleDialog } from "./rule_dialog";
import { RuleMachines } from "./rule_machines";
import { RuleTrial } from "./rule_trial";
import { RuleVersions } from "./rule_versions";

export function RulePage({ rule }: { readonly rule: string }) {
  const stored = useResource(() => loadRule(rule), [rule]);
  const { value, problem } = stored.state.value;
  const text = words.value.alarmRules;
  return (
    <>
      <p><a class="link" href={listHref({ show: "rules" })}>{text.back}</a></p>
      {problem?.status === 404 ? <Note title={text.unknown(rule)} /> : problem === null ? null : <ProblemNote problem={problem} retry={() => void stored.load()} />}
      {value === null ? (problem === null ? <PageSkeleton /> : null) : <Shown record={value} reload={() => void stored.load()} />}
    </>
  );
}

/** As it is set: with its own decimals, not with those of a reading. */
function plainFigure(figure: number, unit: string): string {
  return `${figure} ${unitSymbol(unit)}`.trim();
}

/** Whose limits are being changed: a machine, or all (`null` in it). */
type Editing = { readonly machine: string | null } | null;

function Shown({ record, reload }: { readonly record: RuleRecord; readonly reload: () => void }) {
  const editing = useSignal<Editing>(null);
  const saved = useSignal(false);
  const text = words.value.alarmRules;
  const done = (): void => {
    saved.value = true;
    reload();
  };
  return (
    <>
      <header class="alarm-title rule-title">
        <div>
          <h2>{ruleName(record)}</h2>
          <p class="faint">{record.id} · {systemName(record.system)} · {text.origins[record.origin]}{record.is_enabled ? "" : ` · ${text.disabled}`}</p>
        </div>
        <div class="alarm-actions">
          <button type="button" class="button" onClick={() => { editing.value = { machine: null }; }}>{text.editAll}</button>
        </div>
      </header>
      <div role="status">{saved.value ? <p class="outcome-note"><Icon name="check" />{text.saved}</p> : null}</div>
      <RuleFacts record={record} />
      <RuleMachines record={record} edit={(machine) => { editing.value = { machine }; }} done={done} />
      <RuleTrial record={record} />
      <RuleVersions record={record} />
      {editing.value === null ? null : <RuleDialog record={record} machine={editing.value.machine} close={() => { editing.value = null; }} done={done} />}
    </>
  );
}

function RuleFacts({ record }: { readonly record: RuleRecord }) {
  const { view } = useSite();
  const text = words.value.alarmRules;
  const unit = unitOf(record, view.model);
  const { signal, when, deadband = 0, on_delay_s = 0, off_delay_s = 0, latching, source } = record.rule;
  const watched = typeof signal === "string" ? signal : [signal.kind, signal.of, signal.reference === undefined ? undefined : `− (${signal.reference})`].filter((part) => part !== undefined && part !== "").join(" ");
  const seconds = (value: number): string | null => (value === 0 ? null : text.seconds(formatValue(value, "s", locale.value)));
  const facts: readonly (readonly [string, string | null | undefined])[] = [
    [text.watches, watched], [text.when, when], [text.deadband, deadband === 0 ? null : plainFigure(deadband, unit)], [text.on_delay_s, seconds(on_delay_s)],
    [text.off_delay_s, seconds(off_delay_s)], [text.latching, latching === true ? text.yes : null], [text.source, source],
  ];
  return (
    <section class="box" aria-labelledby="rule-limits">
      <h2 id="rule-limits">{text.limits}</h2>
      <ul class="rule-levels">
        {record.levels.map(({ at, limit, priority }) => (
          <li key={at} class="with-mark"><PriorityMark priority={priority} asking={false} /><b>{at === "ON" ? "" : `${at} ${plainFigure(limit, unit)}`}</b> {words.value.alarms.priorities[priority]}</li>
        ))}
      </ul>
      <dl class="panel-facts alarm-facts">
        {facts.filter(([, value]) => value !== null && value !== undefined && value !== "").map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
