/** Why it may be so: causes from the likeliest, each with what speaks for and against it, and what to do about it. */
import type { Cause, CauseEvidence } from "../../alarms/model";
import { causeName } from "../../alarms/naming";
import { formatShare } from "../../format/number";
import { named, words } from "../../i18n";
import { locale } from "../../shell/preferences";
import { Icon, type IconName } from "../../ui/icon";
import { ShareBar } from "../../ui/share_bar";

export function AlarmCauses({ causes }: { readonly causes: readonly Cause[] }) {
  const text = words.value.alarmPages.detail;
  return (
    <section class="box" aria-labelledby="alarm-causes">
      <h2 id="alarm-causes">{text.causes}</h2>
      <p class="faint">{causes.length === 0 ? text.noCauses : text.causesHint}</p>
      <ol class="cause-list">
        {causes.map((cause) => <CauseEntry key={cause.code} cause={cause} />)}
      </ol>
    </section>
  );
}

function CauseEntry({ cause }: { readonly cause: Cause }) {
  const text = words.value.alarmPages.detail;
  const action = named({ name: cause.action, name_zh: cause.action_zh });
  return (
    <li class="cause">
      <div class="cause-head">
        <h3>{causeName(cause)}</h3>
        <ShareBar share={cause.likelihood} />
        <b>{formatShare(cause.likelihood, locale.value)}</b>
      </div>
      {action === "" ? null : <p class="cause-action"><span class="label">{text.action}</span> {action}</p>}
      {cause.times_counted === 0 ? null : <p class="faint">{text.timesTrue(cause.times_true, cause.times_counted)}</p>}
      <ul class="cause-evidence">
        {cause.evidence.map((evidence) => <EvidenceLine key={evidence.says} evidence={evidence} />)}
      </ul>
    </li>
  );
}

const ICONS: Readonly<Record<"holds" | "not" | "unknown", IconName>> = { holds: "check", not: "close", unknown: "missing" };

function EvidenceLine({ evidence }: { readonly evidence: CauseEvidence }) {
  const text = words.value.alarmPages.detail.evidence;
  const kind = evidence.holds === null || evidence.holds === undefined ? "unknown" : evidence.holds ? "holds" : "not";
  const says = named({ name: evidence.says, name_zh: evidence.says_zh });
  return (
    <li data-kind={kind}>
      <Icon name={ICONS[kind]} />
      <span><span class="label">{text[kind]}:</span> {says}</span>
    </li>
  );
}
