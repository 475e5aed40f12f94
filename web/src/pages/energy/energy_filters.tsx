/** What the page is about: period, carrier and, where it is narrowed, of what. All of it stands in the address. */
import { writeDays, scopeName } from "../../energy/naming";
import type { EnergyQuestion, Meter } from "../../energy/load";
import { addDays, PERIODS, type PeriodName } from "../../energy/period";
import type { EnergyQuery } from "../../energy/query";
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { Choice } from "../../ui/choice";
import { Icon } from "../../ui/icon";

export interface EnergyFiltersProps {
  readonly query: EnergyQuery;
  readonly question: EnergyQuestion;
  readonly carriers: readonly EnergyQuestion["carrier"][];
  readonly meters: readonly Meter[];
  readonly change: (query: EnergyQuery) => void;
}

export function EnergyFilters({ query, question, carriers, meters, change }: EnergyFiltersProps) {
  const { view } = useSite();
  const text = words.value.energy;
  const { days } = question;
  const period = (name: PeriodName): void => {
    change({ ...query, period: name, custom: name === "custom" ? days : null });
  };
  return (
    <header class="energy-filters">
      <div class="energy-title">
        <h1>{text.title}</h1>
        <p class="faint">{writeDays(days, locale.value)}</p>
      </div>
      <Choice label={text.period} chosen={query.period} choose={period} options={PERIODS.map((value) => ({ value, text: text.periods[value] }))} />
      {query.period === "custom" ? <CustomDays query={query} question={question} change={change} /> : null}
      <select class="field" aria-label={text.carrier} value={question.carrier} onChange={(event) => { change({ ...query, carrier: event.currentTarget.value }); }}>
        {carriers.map((carrier) => <option key={carrier} value={carrier}>{text.carriers[carrier]}</option>)}
      </select>
      {query.scope === null ? null : (
        <button type="button" class="button" aria-label={`${text.only(scopeName(query.scope, view.model, meters))}: ${text.everything}`} onClick={() => { change({ ...query, scope: null }); }}>
          {text.only(scopeName(query.scope, view.model, meters))}
          <Icon name="close" />
        </button>
      )}
    </header>
  );
}

function CustomDays({ query, question, change }: Pick<EnergyFiltersProps, "query" | "question" | "change">) {
  const text = words.value.energy;
  const { first, stop } = question.days;
  const last = addDays(stop, -1);
  const choose = (from: string, to: string): void => {
    if (from === "" || to === "") return; // half typed
    // A first day behind the last one moves that along, and the other way round: no period is empty.
    const moved = from > to;
    const ends = from === first ? { first: moved ? to : from, last: to } : { first: from, last: moved ? from : to };
    change({ ...query, custom: { first: ends.first, stop: addDays(ends.last, 1) } });
  };
  return (
    <div class="energy-dates">
      <label>
        <span class="label">{text.firstDay}</span>
        <input class="field" type="date" value={first} onChange={(event) => { choose(event.currentTarget.value, last); }} />
      </label>
      <label>
        <span class="label">{text.lastDay}</span>
        <input class="field" type="date" value={last} onChange={(event) => { choose(first, event.currentTarget.value); }} />
      </label>
    </div>
  );
}
