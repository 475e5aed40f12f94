/** Figures of each machine or rule: filtered by name, sorted by any column, as a file. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import type { By } from "../../alarms/figures";
import type { AlarmFiguresAnswer, PartFigures } from "../../api/types";
import { formatAge } from "../../format/age";
import { formatCount, formatNumber, formatShare } from "../../format/number";
import { named, words } from "../../i18n";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { saveCsv } from "../../ui/csv";
import { Icon } from "../../ui/icon";
import { ShareBar } from "../../ui/share_bar";
import { hasWords } from "../../ui/has_words";
import { pressed, sortedAs, type Order } from "../../ui/order";
import { SearchField } from "../../ui/search_field";
import { SortButton } from "../../ui/sort_button";

const COLUMNS = ["name", "alarms", "share", "per_day", "chattering", "standing", "seen"] as const;
type Column = (typeof COLUMNS)[number];

const FIGURES: Readonly<Record<Exclude<Column, "name">, (part: PartFigures) => number>> = {
  alarms: ({ figures }) => figures.alarms,
  share: ({ figures }) => figures.alarms,
  per_day: ({ figures }) => figures.alarms_per_day,
  chattering: ({ figures }) => figures.chattering.length,
  standing: ({ figures }) => figures.standing.length,
  seen: ({ figures }) => figures.acknowledge_median_s ?? -1,
};

export function FiguresParts({ answer, by, chooser }: { readonly answer: AlarmFiguresAnswer; readonly by: By; readonly chooser: ComponentChildren }) {
  const { session } = useSite();
  const text = words.value.alarmPages.figures;
  const filter = useSignal("");
  const sort = useSignal<Order<Column>>({ sort: "alarms", descending: true });
  const shown = arranged(answer.parts, filter.value, sort.value);
  return (
    <section class="box" aria-labelledby="figures-parts">
      <div class="energy-head">
        <h2 id="figures-parts">{text.parts}</h2>
        {chooser}
        <SearchField label={words.value.alarms.filters.search} value={filter.value} change={(typed) => { filter.value = typed; }} />
        <button type="button" class="button" onClick={() => { saveParts(session.code, by, shown); }}>
          <Icon name="download" />
          {words.value.alarms.exportCsv}
        </button>
      </div>
      {answer.parts.length === 0 ? <p class="faint">{text.empty}</p> : (
        <div class="energy-scroll rule-machines" role="group" tabIndex={0} aria-labelledby="figures-parts">
          <table class="energy-table" aria-labelledby="figures-parts">
            <thead>
              <tr>
                {COLUMNS.map((one) => {
                  const sorted = sortedAs(one, sort.value);
                  return (
                    <th key={one} scope="col" aria-sort={sorted} class={one === "name" || one === "share" ? "" : "energy-number"}>
                      <SortButton text={text.columns[one]} sorted={sorted} press={() => { sort.value = pressed(one, sort.peek(), one !== "name"); }} />
                    </th>
                  );
                })}
              </tr>
            </thead>
            <tbody>{shown.map((part) => <PartRow key={part.code} part={part} all={answer.figures.alarms} />)}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function PartRow({ part, all }: { readonly part: PartFigures; readonly all: number }) {
  const { figures } = part;
  const share = all === 0 ? null : figures.alarms / all;
  const language = locale.value;
  return (
    <tr>
      <th scope="row">{partName(part)}<span class="energy-detail">{part.code.split("/").slice(1).join("/")}</span></th>
      <td class="energy-number">{formatCount(figures.alarms, language)}</td>
      <td><span class="energy-share"><ShareBar share={share} />{formatShare(share, language)}</span></td>
      <td class="energy-number">{formatNumber(figures.alarms_per_day, 1, language)}</td>
      <td class="energy-number">{figures.chattering.length === 0 ? "" : formatCount(figures.chattering.length, language)}</td>
      <td class="energy-number">{figures.standing.length === 0 ? "" : formatCount(figures.standing.length, language)}</td>
      <td class="energy-number">{figures.acknowledge_median_s === null ? "–" : formatAge(figures.acknowledge_median_s, words.value.age)}</td>
    </tr>
  );
}

function partName({ name, name_zh, code }: PartFigures): string {
  return named({ name: name === "" ? code : name, name_zh });
}

function arranged(parts: readonly PartFigures[], filter: string, { sort: column, descending }: Order<Column>): PartFigures[] {
  const wanted = hasWords(filter);
  const names = new Intl.Collator(locale.value, { numeric: true });
  const compare = (a: PartFigures, b: PartFigures): number => (column === "name" ? names.compare(partName(a), partName(b)) : FIGURES[column](a) - FIGURES[column](b));
  return parts
    .filter((part) => wanted(`${part.code} ${part.name} ${part.name_zh}`))
    .sort((a, b) => (descending ? -1 : 1) * compare(a, b) || names.compare(partName(a), partName(b)));
}

function saveParts(site: string, by: By, parts: readonly PartFigures[]): void {
  saveCsv(`alarm-figures-${site}-${by}`, [
    [by, "name", "alarms", "alarms_per_day", "worst_ten_minutes", "chattering", "standing", "acknowledge_median_s", "acknowledge_p95_s"],
    ...parts.map(({ code, figures, ...part }) => [
      code, partName({ code, figures, ...part }), figures.alarms, figures.alarms_per_day, figures.worst_ten_minutes, figures.chattering.length, figures.standing.length,
      figures.acknowledge_median_s, figures.acknowledge_p95_s,
    ]),
  ]);
}
