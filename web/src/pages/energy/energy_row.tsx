/** One row of the table: every figure with its unit, and how far it can be trusted. On a phone it is a card. */
import { Fragment } from "preact";
import { writeChange } from "../../energy/naming";
import type { GroupRow } from "../../energy/groups";
import { doubtOf, type Doubt } from "../../energy/quality";
import type { Column } from "../../energy/query";
import { formatShare, MISSING } from "../../format/number";
import { words } from "../../i18n";
import { locale } from "../../shell/preferences";
import { Figure } from "../../ui/figure";
import { ShareBar } from "../../ui/share_bar";
import { DoubtText, doubtQuality } from "./doubt_text";
import { Money } from "./summary_box";

export interface EnergyRowProps {
  readonly row: GroupRow;
  readonly columns: readonly Column[];
  /** The period has not ended. */
  readonly running: boolean;
  readonly narrow: (() => void) | null;
}

export function EnergyRow({ row, columns, running, narrow }: EnergyRowProps) {
  const { group, name, detail } = row;
  // A band of a group has no quality of its own: the group's stands with the total.
  const doubt = group.band === null ? doubtOf(group.total, group.meters, running) : null;
  return (
    <tr>
      {columns.map((column) =>
        column === "name" ? (
          <th key={column} scope="row" data-column="name">
            {narrow === null ? name : <button type="button" class="energy-name" title={words.value.energy.narrow(name)} onClick={narrow}>{name}</button>}
            {detail === "" ? null : <span class="energy-detail">{detail}</span>}
          </th>
        ) : (
          <Fragment key={column}>
            <td class="energy-number" data-column={column} data-label={words.value.energy.columns[column]}>
              <RowFigure row={row} column={column} doubt={doubt} />
            </td>
            {column === "energy" ? <Share share={group.share} /> : null}
          </Fragment>
        ),
      )}
      <td data-column="quality">{doubt === null ? <span class="faint">{MISSING}</span> : <DoubtText doubt={doubt} meters={group.meters} />}</td>
    </tr>
  );
}

function RowFigure({ row: { group, change }, column, doubt }: { readonly row: GroupRow; readonly column: Exclude<Column, "name">; readonly doubt: Doubt | null }) {
  const { total, unit, currency } = group;
  switch (column) {
    case "energy":
      return <Figure value={total.energy} unit={unit} quality={doubt === null ? "fresh" : doubtQuality(doubt)} />;
    case "cost":
      return <Money amount={total.cost} currency={currency} decimals={0} />;
    case "average_price":
      return <Money amount={total.average_price} currency={currency} decimals={4} per={unit} />;
    case "peak_share":
      return <span class="figure">{formatShare(total.peak_share, locale.value)}</span>;
    case "change":
      return <span class="figure">{change === null ? MISSING : writeChange(change, locale.value)}</span>;
  }
}

function Share({ share }: { readonly share: number | null }) {
  return (
    <td data-column="share">
      <span class="energy-share">
        <ShareBar share={share} />
        <span>{formatShare(share, locale.value)}</span>
      </span>
    </td>
  );
}
