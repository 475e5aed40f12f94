/** The columns' heads; each that can sort is a button which says what it does and how the list is sorted now. */
import { sortedBy, type Column, type ListQuery } from "../../devices/list_query";
import { words } from "../../i18n";
import { sortedAs } from "../../ui/order";
import { SortButton } from "../../ui/sort_button";

export interface ListHeadProps {
  readonly query: ListQuery;
  readonly change: (query: ListQuery) => void;
}

const HEADS: readonly (Column | "figures")[] = ["state", "name", "kind", "place", "power", "figures", "age"];

export function ListHead({ query, change }: ListHeadProps) {
  const text = words.value.devices;
  return (
    <div class="list-head" role="rowgroup">
      <div class="list-columns device-columns" role="row" aria-rowindex={1}>
        {HEADS.map((column) =>
          column === "figures" ? (
            <span key={column} role="columnheader" data-column="figures">{text.columns.figures}</span>
          ) : (
            <span key={column} role="columnheader" data-column={column} aria-sort={sortedAs(column, query)}>
              <SortButton text={text.columns[column]} title={text.sortBy(text.columns[column])} sorted={sortedAs(column, query)} press={() => { change(sortedBy(query, column)); }} />
            </span>
          ),
        )}
      </div>
    </div>
  );
}
