/** All rules of the site and of the service: filtered, sorted, as a file; or one of them (`rule=site/code` in the address). */
import { useSignal } from "@preact/signals";
import { listHref } from "../../alarms/addresses";
import { systemName } from "../../alarms/naming";
import { loadRules, type RuleEntry } from "../../alarms/rules";
import { formatCount } from "../../format/number";
import { named, words } from "../../i18n";
import { useSite } from "../../session/context";
import { useResource } from "../../session/use_resource";
import { locale } from "../../shell/preferences";
import { route } from "../../shell/router";
import { saveCsv } from "../../ui/csv";
import { Icon } from "../../ui/icon";
import { Note, ProblemNote } from "../../ui/note";
import { PageSkeleton } from "../../ui/skeleton";
import { hasWords } from "../../ui/has_words";
import { pressed, sortedAs, type Order } from "../../ui/order";
import { SearchField } from "../../ui/search_field";
import { SortButton } from "../../ui/sort_button";
import { RulePage } from "./rule_page";
import "./alarm_detail.css";

const COLUMNS = ["name", "system", "levels", "machines", "unbound", "origin", "version"] as const;
type Column = (typeof COLUMNS)[number];

interface RuleFilter {
  readonly text: string;
  readonly system: string;
  readonly unbound: boolean;
}

export function AlarmRules() {
  const rule = route.value.query.get("rule");
  return rule === null ? <RuleList /> : <RulePage key={rule} rule={rule} />;
}

function RuleList() {
  const { session } = useSite();
  const stored = useResource(() => loadRules(session.code), [session]);
  const { value, problem } = stored.state.value;
  const text = words.value.alarmRules;
  if (value === null) return problem === null ? <PageSkeleton /> : <ProblemNote problem={problem} retry={() => void stored.load()} />;
  if (value.length === 0) return <Note title={text.empty}><pre>ioe rules apply</pre></Note>;
  return <Listed rules={value} />;
}

function Listed({ rules }: { readonly rules: readonly RuleEntry[] }) {
  const { session } = useSite();
  const filter = useSignal<RuleFilter>({ text: "", system: "", unbound: false });
  const narrow = (part: Partial<RuleFilter>): void => { filter.value = { ...filter.peek(), ...part }; };
  const sort = useSignal<Order<Column>>({ sort: "system", descending: false });
  const text = words.value.alarmRules;
  const filters = words.value.alarms.filters;
  const shown = arranged(rules, filter.value, sort.value);
  const systems = [...new Set(rules.map(({ system }) => system))].sort();
  return (
    <section class="box" aria-labelledby="rules-title">
      <div class="list-filters">
        <h2 id="rules-title">{text.title}</h2>
        <div class="list-filters-fields">
          <SearchField label={filters.search} value={filter.value.text} change={(typed) => { narrow({ text: typed }); }} />
          <select class="field" aria-label={filters.system} value={filter.value.system} onChange={(event) => { narrow({ system: event.currentTarget.value }); }}>
            <option value="">{filters.anySystem}</option>
            {systems.map((system) => <option key={system} value={system}>{systemName(system)}</option>)}
          </select>
          <button type="button" class="button" aria-pressed={filter.value.unbound} onClick={() => { narrow({ unbound: !filter.peek().unbound }); }}>{text.onlyUnbound}</button>
          <button type="button" class="button" onClick={() => { saveRules(session.code, shown); }}>
            <Icon name="download" />
            {words.value.alarms.exportCsv}
          </button>
        </div>
        <p class="alarm-count" role="status">{text.shown(shown.length, rules.length)}</p>
      </div>
      <div class="energy-scroll" role="group" tabIndex={0} aria-labelledby="rules-title">
        <table class="energy-table rules-table" aria-labelledby="rules-title">
          <thead>
            <tr>
              {COLUMNS.map((column) => {
                const sorted = sortedAs(column, sort.value);
                return (
                  <th key={column} scope="col" aria-sort={sorted} class={column === "machines" || column === "unbound" || column === "version" ? "energy-number" : ""}>
                    {column === "levels" ? text.columns.levels : (
                      <SortButton text={text.columns[column]} sorted={sorted} press={() => { sort.value = pressed(column, sort.peek(), column === "machines" || column === "unbound"); }} />
                    )}
                  </th>
                );
              })}
            </tr>
          </thead>
          <tbody>{shown.map((rule) => <RuleRow key={rule.id} rule={rule} />)}</tbody>
        </table>
      </div>
      {shown.length > 0 ? null : <p class="energy-nothing">{text.noneMatch}</p>}
    </section>
  );
}

function RuleRow({ rule }: { readonly rule: RuleEntry }) {
  const text = words.value.alarmRules;
  return (
    <tr>
      <th scope="row" class="occurrence-name">
        <a class="link" href={listHref({ show: "rules", rule: rule.id })}>{ruleName(rule)}</a>
        <span class="energy-detail">{rule.id}{rule.is_enabled ? "" : ` · ${text.disabled}`}</span>
      </th>
      <td>{systemName(rule.system)}</td>
      <td>{levelsText(rule)}</td>
      <td class="energy-number">{formatCount(rule.machines, locale.value)}</td>
      <td class="energy-number">{rule.unbound === 0 ? "" : formatCount(rule.unbound, locale.value)}</td>
      <td>{text.origins[rule.origin]}</td>
      <td class="energy-number">{rule.version}</td>
    </tr>
  );
}

export function ruleName(rule: Pick<RuleEntry, "name" | "name_zh">): string {
  return named(rule);
}

function levelsText({ levels }: RuleEntry): string {
  return levels.map(({ at, limit, priority }) => `${at === "ON" ? "" : `${at} ${limit} `}${words.value.alarms.priorities[priority].toLowerCase()}`).join(" · ");
}

function arranged(rules: readonly RuleEntry[], filter: RuleFilter, { sort: column, descending }: Order<Column>): RuleEntry[] {
  const wanted = hasWords(filter.text);
  const names = new Intl.Collator(locale.value, { numeric: true });
  const key = (rule: RuleEntry): string | number => {
    switch (column) {
      case "name":
      case "levels":
        return ruleName(rule);
      case "system":
        return systemName(rule.system);
      case "origin":
        return rule.origin;
      case "machines":
      case "unbound":
      case "version":
        return rule[column];
    }
  };
  const compare = (a: string | number, b: string | number): number => (typeof a === "number" && typeof b === "number" ? a - b : names.compare(String(a), String(b)));
  return rules
    .filter((rule) => filter.system === "" || rule.system === filter.system)
    .filter((rule) => !filter.unbound || rule.unbound > 0)
    .filter((rule) => wanted(`${rule.id} ${rule.name} ${rule.name_zh} ${rule.kind}`))
    .sort((a, b) => (descending ? -1 : 1) * compare(key(a), key(b)) || names.compare(ruleName(a), ruleName(b)));
}

function saveRules(site: string, rules: readonly RuleEntry[]): void {
  saveCsv(`alarm-rules-${site}`, [
    ["rule", "name", "system", "levels", "machines", "unbound", "origin", "version", "is_enabled"],
    ...rules.map((rule) => [rule.id, ruleName(rule), rule.system, rule.levels.map(({ at, limit, priority }) => `${at} ${limit} ${priority}`).join("; "), rule.machines, rule.unbound, rule.origin, rule.version, String(rule.is_enabled)]),
  ]);
}
