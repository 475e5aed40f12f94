/** How the machine has done over a period: run hours and starts, MTBF, MTTR, availability, energy and cost; and how it spent the time. */
import { useMemo } from "preact/hooks";
import { askAt } from "../../api/at";
import { formatNumber, formatShare, MISSING } from "../../format/number";
import { unitSymbol } from "../../format/unit";
import { words } from "../../i18n";
import { serverNow_ms } from "../../live/clock";
import { PERIODS, spentOf, type Figures, type Spent, type UsedEnergy } from "../../machines/figures";
import { useSite } from "../../session/context";
import { useResource } from "../../session/use_resource";
import { locale } from "../../shell/preferences";
import { go, route, routeHref } from "../../shell/router";
import { Choice } from "../../ui/choice";
import { ProblemNote } from "../../ui/note";
import { wordOf } from "../../work_orders/naming";
import type { MachineProps } from "./machine_page";
import "../energy/energy_page.css";

const DAY_MS = 86_400_000;
const DAYS = { month: 30, quarter: 90, year: 365 } as const;

export function MachineFigures({ site, code }: MachineProps) {
  const { session } = useSite();
  const text = words.value.machines.figures;
  const period = PERIODS.find((one) => one === route.value.query.get("period")) ?? "month";
  const span = useMemo(() => {
    const now = serverNow_ms();
    return { from: new Date(now - DAYS[period] * DAY_MS).toISOString(), to: new Date(now).toISOString() };
  }, [period, session.orders.renewed.value]);
  const stored = useResource(() => askAt<Figures>(["equipment", site, code, "figures"], span), [site, code, period], span);
  const { value, problem } = stored.state.value;
  const choose = (next: (typeof PERIODS)[number]): void => {
    const { path, query } = route.peek();
    const address = new URLSearchParams(query);
    address.set("period", next);
    go(routeHref(path, address), true);
  };
  return (
    <section class="box" aria-labelledby="machine-figures">
      <div class="box-head">
        <h2 id="machine-figures">{text.title}</h2>
        <Choice label={text.period} chosen={period} choose={choose} options={PERIODS.map((one) => ({ value: one, text: text.periods[one] }))} />
      </div>
      {problem === null ? null : <ProblemNote problem={problem} retry={() => void stored.load()} />}
      {value === null ? <p class="faint">{problem === null ? words.value.loading : ""}</p> : <Boxes figures={value} />}
    </section>
  );
}

function Boxes({ figures }: { readonly figures: Figures }) {
  const text = words.value.machines.figures;
  const hours = (value: number | null): string => (value === null ? MISSING : `${formatNumber(value, value < 10 ? 1 : 0, locale.value)} h`);
  const spent = spentOf(figures);
  return (
    <>
      <div class="energy-summary figures-summary">
        <Box title={text.run} figure={hours(figures.operating_h)} notes={[figures.starts === null ? "" : text.starts(formatNumber(figures.starts, 0, locale.value), figures.starts), (figures.hours["no_data"] ?? 0) > 0 ? text.noData(formatNumber(figures.hours["no_data"], 1, locale.value)) : ""]} />
        <Box title={text.availability} figure={figures.availability_percent === null ? MISSING : `${formatNumber(figures.availability_percent, 1, locale.value)} %`} notes={[text.availabilityHint(formatNumber(figures.down_h, 1, locale.value))]} />
        <Box title={text.mtbf} figure={hours(figures.mtbf_h)} notes={[text.mtbfHint, text.failures(figures.failures)]} />
        <Box title={text.mttr} figure={hours(figures.mttr_h)} notes={[text.mttrHint]} />
        {figures.energy.length === 0 ? <Box title={text.energy} figure={MISSING} notes={[text.noMeter]} /> : figures.energy.map((used) => <EnergyBox key={used.carrier} used={used} />)}
        <Box title={text.upkeep} figure={hours(figures.labour_h)} notes={[text.labour, ...figures.parts_cost.map(({ cost, currency }) => text.partsCost(`${formatNumber(cost, 2, locale.value)} ${currency}`))]} />
      </div>
      {spent.length === 0 ? null : <SpentBar spent={spent} />}
      {figures.remarks.length === 0 ? null : <ul class="figure-remarks">{figures.remarks.map(({ code, text: said }) => <li key={code}>{remarkText(code, said)}</li>)}</ul>}
    </>
  );
}

function remarkText(code: string, said: string): string {
  const known: Readonly<Record<string, string>> = words.value.machines.figures.remarks;
  return known[code] ?? said;
}

function EnergyBox({ used }: { readonly used: UsedEnergy }) {
  const text = words.value.machines.figures;
  const carriers: Readonly<Record<string, string>> = words.value.energy.carriers;
  const cost = used.cost === null ? text.noCost : text.cost(`${formatNumber(used.cost, 0, locale.value)} ${used.currency ?? ""}`);
  return <Box title={`${text.energy}: ${carriers[used.carrier] ?? used.carrier}`} figure={used.energy === null ? MISSING : `${used.missing_s > 0 ? "≈ " : ""}${formatNumber(used.energy, 0, locale.value)} ${unitSymbol(used.unit)}`} notes={[cost, used.missing_s > 0 ? text.missing(formatNumber(used.missing_s / 3600, 1, locale.value)) : ""]} />;
}

function Box({ title, figure, notes }: { readonly title: string; readonly figure: string; readonly notes: readonly string[] }) {
  return (
    <div class="energy-box">
      <h3 class="energy-box-title">{title}</h3>
      <p class="energy-box-figure">{figure}</p>
      <div class="energy-box-notes">{notes.filter((note) => note !== "").map((note) => <p key={note}>{note}</p>)}</div>
    </div>
  );
}

function SpentBar({ spent }: { readonly spent: readonly Spent[] }) {
  const text = words.value.machines;
  let start = 0;
  return (
    <figure class="spent">
      <figcaption class="label">{text.spent}</figcaption>
      <svg class="spent-bar" viewBox="0 0 1000 24" preserveAspectRatio="none" aria-hidden="true" focusable="false">
        {spent.map(({ state, share }) => {
          const x = start;
          start += share * 1000;
          return <rect key={state} class="spent-part" data-state={state} x={x} y="0" width={share * 1000} height="24" />;
        })}
      </svg>
      <ul class="spent-key">
        {spent.map(({ state, share }) => (
          <li key={state}>
            <svg viewBox="0 0 10 10" aria-hidden="true" focusable="false"><rect class="spent-part" data-state={state} width="10" height="10" /></svg>
            {wordOf(text.states, state)} <b>{share < 0.01 ? text.fewPercent : formatShare(share, locale.value)}</b>
          </li>
        ))}
      </ul>
    </figure>
  );
}
