/** The columns' heads of the list of alarms; each that can sort is a button. */
import { sortedBy, SORTS, type AlarmQuery } from "../../alarms/list_query";
import { words } from "../../i18n";
import { sortedAs } from "../../ui/order";
import { SortButton } from "../../ui/sort_button";

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
    <div class="list-head" role="rowgroup">
      <div class="list-columns alarm-columns" role="row" aria-rowindex={1}>
        <span role="columnheader" data-column="select">
          <input type="checkbox" class="check" aria-label={text.selectAll} title={text.selectAll} checked={all} onChange={(event) => { toggleAll(event.currentTarget.checked); }} />
        </span>
        {HEADS.map((column) => {
          const sort = SORTS.find((one) => one === column);
          return sort === undefined ? (
            <span key={column} role="columnheader" data-column={column}>{text.columns[column]}</span>
          ) : (
            <span key={column} role="columnheader" data-column={column} aria-sort={sortedAs(sort, query)}>
              <SortButton text={text.columns[column]} title={text.sortBy(text.columns[column])} sorted={sortedAs(sort, query)} press={() => { change(sortedBy(query, sort)); }} />
            </span>
          );
        })}
      </div>
    </div>
  );
}
