/**
 * Who used it: a row a building, space, unit, meter or band, sortable by every figure, filtered by name. A press on a name
 * narrows the whole page to it. Columns of which no row knows anything are left out.
 */
import { Fragment } from "preact";
import { useMemo } from "preact/hooks";
import { arrangeGroups, changeOf, energiesOf, groupKey, type GroupRow } from "../../energy/groups";
import { fileAddress, type EnergyReport, type Meter } from "../../energy/load";
import { groupName, writeSpan } from "../../energy/naming";
import { COLUMNS, GROUPINGS, sortedBy, type Column, type EnergyQuery, type Scope } from "../../energy/query";
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { Choice } from "../../ui/choice";
import { sortedAs } from "../../ui/order";
import { SearchField } from "../../ui/search_field";
import { SortButton } from "../../ui/sort_button";
import { EnergyRow } from "./energy_row";
import { Exports } from "./exports";
import "./energy_table.css";

export interface EnergyTableProps {
  readonly report: EnergyReport;
  readonly meters: readonly Meter[];
  readonly query: EnergyQuery;
  readonly change: (query: EnergyQuery) => void;
}

export function EnergyTable({ report, meters, query, change }: EnergyTableProps) {
  const rows = useRows(report, meters);
  const text = words.value.energy;
  const { zone, grouping } = report.question;
  const shown = arrangeGroups(rows, query.sort, query.descending, query.text, locale.value);
  const columns = COLUMNS.filter((column) => column === "name" || column === "energy" || rows.some((row) => knows(row, column)));
  const span = writeSpan(report.compared, zone, locale.value);
  return (
    <section class="energy-where" aria-labelledby="energy-where-title">
      <div class="energy-head">
        <h2 id="energy-where-title">{text.table}</h2>
        <Choice label={text.grouping} chosen={query.grouping} choose={(value) => { change({ ...query, grouping: value }); }} options={GROUPINGS.map((value) => ({ value, text: text.groupings[value] }))} />
        <SearchField label={text.filter} hint={text.filterHint} value={query.text} change={(typed) => { change({ ...query, text: typed }); }} />
        <select class="field energy-sort" aria-label={text.sort} value={query.sort} onChange={(event) => { change(sortedBy(query, columnOf(event.currentTarget.value))); }}>
          {columns.map((column) => <option key={column} value={column}>{text.sortBy(text.columns[column])}</option>)}
        </select>
        <p class="faint" role="status">{text.shown(shown.length, rows.length)}</p>
        <Exports what={text.table} csv={fileAddress(report.question, "csv", false)} xlsx={fileAddress(report.question, "xlsx", false)} />
      </div>
      <div class="energy-scroll">
        <table class="energy-table energy-where-table" aria-labelledby="energy-where-title">
          <Head columns={columns} query={query} change={change} changeHint={text.changeHint(span)} />
          <tbody>
            {shown.map((row) => (
              <EnergyRow key={row.key} row={row} columns={columns} running={report.groups.open} narrow={narrowing(row, grouping, query, change)} />
            ))}
          </tbody>
        </table>
      </div>
      {shown.length > 0 ? null : rows.length === 0 ? <p class="energy-nothing">{text.empty}</p> : (
        <div class="energy-nothing">
          <p>{text.noneMatch}</p>
          <button type="button" class="button" onClick={() => { change({ ...query, text: "" }); }}>{text.clearFilter}</button>
        </div>
      )}
      {grouping === "meter" && rows.length > 1 ? <p class="energy-hint">{text.metersOverlap}</p> : null}
    </section>
  );
}

interface HeadProps {
  readonly columns: readonly Column[];
  readonly query: EnergyQuery;
  readonly change: (query: EnergyQuery) => void;
  readonly changeHint: string;
}

function Head({ columns, query, change, changeHint }: HeadProps) {
  const text = words.value.energy.columns;
  return (
    <thead>
      <tr>
        {columns.map((column) => {
          const sorted = sortedAs(column, query);
          return (
            <Fragment key={column}>
              <th scope="col" data-column={column} class={column === "name" ? "" : "energy-number"} aria-sort={sorted} title={column === "change" ? changeHint : undefined}>
                <SortButton text={text[column]} sorted={sorted} press={() => { change(sortedBy(query, column)); }} />
              </th>
              {column === "energy" ? <th scope="col" data-column="share">{text.share}</th> : null}
            </Fragment>
          );
        })}
        <th scope="col" data-column="quality">{text.quality}</th>
      </tr>
    </thead>
  );
}

function useRows(report: EnergyReport, meters: readonly Meter[]): readonly GroupRow[] {
  const { view } = useSite();
  const language = locale.value;
  return useMemo(() => {
    const byId = new Map(meters.map((meter) => [meter.id, meter]));
    const earlier = energiesOf(report.previous.groups);
    return report.groups.groups.map((group) => {
      const key = groupKey(group);
      return { key, ...groupName(group, report.question.grouping, view.model, byId), group, change: changeOf(group.total.energy, earlier.get(key)) };
    });
  }, [report, meters, view.model, language]);
}

function knows({ group, change }: GroupRow, column: Exclude<Column, "name" | "energy">): boolean {
  return (column === "change" ? change : group.total[column]) !== null;
}

function columnOf(text: string): Column {
  return COLUMNS.find((column) => column === text) ?? "energy";
}

/** What a press on a row's name does; null for what the page cannot be narrowed to. */
function narrowing({ group }: GroupRow, grouping: EnergyQuery["grouping"], query: EnergyQuery, change: EnergyTableProps["change"]): (() => void) | null {
  const scope = scopeOf(group, grouping);
  if (scope === null) return null;
  // Of a building its spaces are what one wants to see next, of anything else its meters.
  const next = grouping === "building" ? "space" : grouping === "meter" ? "band" : "meter";
  return () => { change({ ...query, scope, grouping: next, text: "" }); };
}

function scopeOf({ space, org_unit, meter }: GroupRow["group"], grouping: EnergyQuery["grouping"]): Scope | null {
  if (grouping === "meter" && meter !== null) return { kind: "meter", value: meter.split("/")[1] ?? "" };
  if (grouping === "org_unit" && org_unit !== null) return { kind: "org_unit", value: org_unit };
  return (grouping === "building" || grouping === "space") && space !== null ? { kind: "space", value: space } : null;
}
