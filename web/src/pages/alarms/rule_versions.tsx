/** Who changed what of a rule, when and why; the newest first. */
import type { RuleRecord } from "../../alarms/rules";
import { formatTime } from "../../format/time";
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";

export function RuleVersions({ record }: { readonly record: RuleRecord }) {
  const { view } = useSite();
  const text = words.value.alarmRules;
  const { version, at, who, changes, reason } = text.versionColumns;
  return (
    <section class="box" aria-labelledby="rule-versions">
      <h2 id="rule-versions">{text.versions}</h2>
      <div class="energy-scroll" role="group" tabIndex={0} aria-labelledby="rule-versions">
        <table class="energy-table" aria-labelledby="rule-versions">
          <thead>
            <tr>{[version, at, who, changes, reason].map((head) => <th key={head} scope="col">{head}</th>)}</tr>
          </thead>
          <tbody>
            {record.versions.map((one) => (
              <tr key={one.version}>
                <td>{one.version}</td>
                <td>{formatTime(Date.parse(one.at), "full", view.model.site.time_zone, locale.value)}</td>
                <td>{one.actor}</td>
                <td class="alarm-comment">{one.changes.map((change) => <span key={change} class="energy-detail rule-change">{change}</span>)}</td>
                <td class="alarm-comment">{one.reason}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}
