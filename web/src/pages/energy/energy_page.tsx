/**
 * Where the site's energy went: what was used, when, in which band, by whom; how high the demand was; and what is held out of
 * all figures until somebody decides.
 *
 *   address --> question --> report (course, groups, the period before, demand) --> summary, chart, table
 *   ledger --> what is held
 *
 * While another period is being loaded the old one stays, marked as the old one.
 */
import { useComputed } from "@preact/signals";
import { useMemo } from "preact/hooks";
import { BandPatterns } from "../../charts/band_fill";
import { useHeld, useReport } from "../../energy/follow";
import { carriersOf, loadMeters, questionOf, type EnergyQuestion, type Meter } from "../../energy/load";
import { writeDays } from "../../energy/naming";
import { readEnergyQuery, writeEnergyQuery, type EnergyQuery } from "../../energy/query";
import { words } from "../../i18n";
import { now_ms } from "../../live/clock";
import { useSite } from "../../session/context";
import { useResource } from "../../session/use_resource";
import { locale } from "../../shell/preferences";
import { go, route, routeHref } from "../../shell/router";
import { Note, ProblemNote } from "../../ui/note";
import { PageSkeleton } from "../../ui/skeleton";
import { EnergyCourse } from "./energy_course";
import { EnergyFilters } from "./energy_filters";
import { EnergyTable } from "./energy_table";
import { HeldEnergy } from "./held_energy";
import { EnergySummary } from "./energy_summary";
import "./energy_page.css";

export function EnergyPage() {
  const { session, view } = useSite();
  const meters = useResource(() => loadMeters(session.code), [session], view.model);
  const { value, problem } = meters.state.value;
  if (value === null) return problem === null ? <PageSkeleton /> : <ProblemNote problem={problem} retry={() => void meters.load()} />;
  return value.length === 0 ? <NoMeters /> : <Asked meters={value} />;
}

function NoMeters() {
  const text = words.value.energy;
  return (
    <Note title={text.noMeters}>
      <p>{text.noMetersAdvice}</p>
      <pre>{"ioe site check my-site/\nioe site apply my-site/"}</pre>
    </Note>
  );
}

function Asked({ meters }: { readonly meters: readonly Meter[] }) {
  const { view } = useSite();
  const query = useComputed(() => readEnergyQuery(route.value.query));
  const zone = view.model.site.time_zone;
  const carriers = useMemo(() => carriersOf(meters), [meters]);
  // A signal of text moves only when the text does: once a second it is looked whether the day is another one.
  const asked = useComputed(() => JSON.stringify(questionOf(query.value, view.model.site.code, zone, carriers, now_ms.value)));
  const question = useMemo(() => JSON.parse(asked.value) as EnergyQuestion, [asked.value]);
  const report = useReport(question);
  const held = useHeld(question.site);
  const { value, problem, loading } = report.state.value;
  const change = (next: EnergyQuery): void => {
    const { path, query: address } = route.peek();
    go(routeHref(path, writeEnergyQuery(next, address)), true);
  };
  const stale = value !== null && JSON.stringify(value.question) !== asked.value;
  const text = words.value.energy;

  return (
    <div class="energy-page">
      <BandPatterns />
      <EnergyFilters query={query.value} question={question} carriers={carriers} meters={meters} change={change} />
      {problem === null ? null : <ProblemNote problem={problem} retry={report.load} />}
      {value === null ? (problem === null ? <PageSkeleton /> : null) : (
        <>
          {stale ? <p class="energy-stale" role="status">{loading ? `${words.value.loading}. ` : ""}{text.showing(writeDays(value.question.days, locale.value))}</p> : null}
          <div class="energy-report" data-stale={stale} aria-busy={stale}>
            <EnergySummary report={value} meters={meters} />
            <div class="energy-middle">
              <EnergyCourse report={value} />
              <HeldEnergy held={held} />
            </div>
            <EnergyTable report={value} meters={meters} query={query.value} change={change} />
          </div>
        </>
      )}
    </div>
  );
}
