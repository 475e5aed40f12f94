/** The columns' heads; each that can sort is a button which says what it does and how the list is sorted now. */
import { sortedBy, type Column, type ListQuery } from "../../devices/list_query";
import { words } from "../../i18n";
import { Icon } from "../../ui/icon";

export interface ListHeadProps {
  readonly query: ListQuery;
  readonly change: (query: ListQuery) => void;
}

const HEADS: readonly (Column | "figures")[] = ["state", "name", "kind", "place", "power", "figures", "age"];

export function ListHead({ query, change }: ListHeadProps) {
  const text = words.value.devices;
  return (
    <div class="device-head" role="rowgroup">
      <div class="device-columns" role="row" aria-rowindex={1}>
        {HEADS.map((column) =>
          column === "figures" ? (
            <span key={column} class="device-head-cell" role="columnheader" data-column="figures">{text.columns.figures}</span>
          ) : (
            <span key={column} class="device-head-cell" role="columnheader" data-column={column} aria-sort={sortOf(query, column)}>
              <button type="button" class="device-head-sort" title={text.sortBy(text.columns[column])} onClick={() => { change(sortedBy(query, column)); }}>
                {text.columns[column]}
                {query.sort === column ? <Icon name={query.descending ? "down" : "up"} /> : null}
              </button>
            </span>
          ),
        )}
      </div>
    </div>
  );
}

function sortOf(query: ListQuery, column: Column): "ascending" | "descending" | "none" {
  if (query.sort !== column) return "none";
  return query.descending ? "descending" : "ascending";
}
