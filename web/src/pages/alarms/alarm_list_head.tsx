/** The columns' heads of the list of alarms; each that can sort is a button. */
import { sortedBy, SORTS, type AlarmQuery, type Sort } from "../../alarms/list_query";
import { words } from "../../i18n";
import { Icon } from "../../ui/icon";

const HEADS = ["worst", "machine", "figure", "since", "cause", "actions"] as const;

export interface AlarmListHeadProps {
  readonly query: AlarmQuery;
  readonly change: (query: AlarmQuery) => void;
  readonly all: boolean;
  readonly toggleAll: (on: boolean) => void;
}

export function AlarmListHead({ query, change, all, toggleAll }: AlarmListHeadProps) {
  const text = words.value.alarms;
  return (
    <div class="alarm-head" role="rowgroup">
      <div class="alarm-columns" role="row" aria-rowindex={1}>
        <span role="columnheader" data-column="select">
          <input type="checkbox" class="check" aria-label={text.selectAll} title={text.selectAll} checked={all} onChange={(event) => { toggleAll(event.currentTarget.checked); }} />
        </span>
        {HEADS.map((column) => {
          const sort = SORTS.find((one) => one === column);
          return sort === undefined ? (
            <span key={column} role="columnheader" data-column={column}>{text.columns[column]}</span>
          ) : (
            <span key={column} role="columnheader" data-column={column} aria-sort={sortOf(query, sort)}>
              <button type="button" class="device-head-sort" title={text.sortBy(text.columns[column])} onClick={() => { change(sortedBy(query, sort)); }}>
                {text.columns[column]}
                {query.sort === sort ? <Icon name={query.descending ? "down" : "up"} /> : null}
              </button>
            </span>
          );
        })}
      </div>
    </div>
  );
}

function sortOf(query: AlarmQuery, sort: Sort): "ascending" | "descending" | "none" {
  if (query.sort !== sort) return "none";
  return query.descending ? "descending" : "ascending";
}
