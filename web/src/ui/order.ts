/** By which column a list is sorted, and which way. */
export type Sorted = "ascending" | "descending";

export interface Order<Column> {
  readonly sort: Column;
  readonly descending: boolean;
}

/** For `aria-sort`; undefined: the list is not sorted by this column. */
export function sortedAs<Column>(column: Column, { sort, descending }: Order<Column>): Sorted | undefined {
  if (sort !== column) return undefined;
  return descending ? "descending" : "ascending";
}

/** The order after a press on a column: this column, its own way round first; or, where it is this one already, the other way. */
export function pressed<Column>(column: Column, { sort, descending }: Order<Column>, descendingFirst: boolean): Order<Column> {
  return { sort: column, descending: sort === column ? !descending : descendingFirst };
}
