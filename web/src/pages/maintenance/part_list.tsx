/** The plain list of parts: how many, where, what they cost; what runs low is told by a word as well as by colour. */
import { useComputed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { askRowsAt } from "../../api/at";
import { formatCount, formatNumber, MISSING } from "../../format/number";
import { words } from "../../i18n";
import { partName, type Part } from "../../maintenance/parts";
import { useSite } from "../../session/context";
import { useResource } from "../../session/use_resource";
import { locale } from "../../shell/preferences";
import { go, route, routeHref } from "../../shell/router";
import { hasWords } from "../../ui/has_words";
import { Icon } from "../../ui/icon";
import { ProblemNote } from "../../ui/note";
import { SearchField } from "../../ui/search_field";
import { PageSkeleton } from "../../ui/skeleton";
import "../../ui/list_filters.css";

const COLUMNS = ["name", "stock", "minimum", "location", "cost"] as const;
const NUMBERS: ReadonlySet<string> = new Set(["stock", "minimum", "cost"]);

export function PartList() {
  const { session } = useSite();
  const stored = useResource(() => askRowsAt<Part>(["parts"], { site: session.code }), [session.code], session.orders.renewed.value);
  const { value, problem } = stored.state.value;
  return (
    <>
      {problem === null ? null : <ProblemNote problem={problem} retry={() => void stored.load()} />}
      {value === null ? (problem === null ? <PageSkeleton /> : null) : <Listed parts={value} />}
    </>
  );
}

function Listed({ parts }: { readonly parts: readonly Part[] }) {
  const text = words.value.maintenance;
  const typed = useComputed(() => route.value.query.get("q") ?? "").value;
  const low = useComputed(() => route.value.query.get("low") === "1").value;
  const names = new Intl.Collator(locale.value, { numeric: true });
  const shown = useMemo(() => {
    const searched = hasWords(typed);
    return parts
      .filter((part) => (!low || part.is_low) && searched([part.code, part.name, part.name_zh, part.location, part.supplier].join(" ")))
      .sort((a, b) => Number(b.is_low) - Number(a.is_low) || names.compare(partName(a), partName(b)));
  }, [parts, typed, low, locale.value]);
  return (
    <section class="box" aria-labelledby="parts-title">
      <h2 id="parts-title">{text.parts.parts}</h2>
      <div class="list-filters">
        <SearchField label={words.value.orders.filters.search} hint={text.stock.searchHint} value={typed} change={(next) => { put("q", next); }} />
        <button type="button" class="button state-filter-button" aria-pressed={low} onClick={() => { put("low", low ? "" : "1"); }}>{text.stock.onlyLow} <b>{formatCount(parts.filter(({ is_low }) => is_low).length, locale.value)}</b></button>
        <p class="order-count" role="status">{text.stock.shown(shown.length, parts.length)}</p>
      </div>
      {shown.length === 0 ? <p class="energy-nothing">{parts.length === 0 ? text.stock.none : text.stock.noMatch}</p> : (
        <div class="energy-scroll" role="group" tabIndex={0} aria-labelledby="parts-title">
          <table class="energy-table" aria-labelledby="parts-title">
            <thead><tr>{COLUMNS.map((column) => <th key={column} scope="col" class={NUMBERS.has(column) ? "energy-number" : ""}>{text.stock.columns[column]}</th>)}</tr></thead>
            <tbody>{shown.map((part) => <Row key={part.code} part={part} />)}</tbody>
          </table>
        </div>
      )}
    </section>
  );
}

function put(name: string, value: string): void {
  const { path, query } = route.peek();
  const next = new URLSearchParams(query);
  if (value === "") next.delete(name);
  else next.set(name, value);
  go(routeHref(path, next), true);
}

function Row({ part }: { readonly part: Part }) {
  const text = words.value.maintenance.stock;
  const count = (value: number): string => `${formatNumber(value, Number.isInteger(value) ? 0 : 2, locale.value)} ${part.unit}`;
  return (
    <tr>
      <td>{partName(part)}<span class="list-code">{[part.code, part.supplier].filter((one) => one !== "").join(" · ")}</span></td>
      <td class="energy-number">{part.is_low ? <span class="order-warn with-mark"><Icon name="warning" />{text.low} {count(part.stock)}</span> : count(part.stock)}</td>
      <td class="energy-number">{count(part.minimum)}</td>
      <td>{part.location}</td>
      <td class="energy-number">{part.unit_cost === null ? MISSING : `${formatNumber(part.unit_cost, 2, locale.value)} ${part.currency ?? ""}`}</td>
    </tr>
  );
}
