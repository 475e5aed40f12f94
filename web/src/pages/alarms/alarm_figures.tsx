/** How good alarming is: a day, in ten minutes, floods, chattering, standing, who raises most and how soon somebody answers. */
import { useComputed, useSignal } from "@preact/signals";
import { BYS, loadFigures, type By, type FiguresReport } from "../../alarms/figures";
import { PERIOD_MS, PERIODS, readHistoryQuery, writeHistoryQuery, type PeriodName } from "../../alarms/history";
import { words } from "../../i18n";
import { serverNow_ms } from "../../live/clock";
import { useSite } from "../../session/context";
import { useResource } from "../../session/use_resource";
import { go, route, routeHref } from "../../shell/router";
import { Choice } from "../../ui/choice";
import { ProblemNote } from "../../ui/note";
import { PageSkeleton } from "../../ui/skeleton";
import { FigureBoxes } from "./figure_boxes";
import { FiguresParts } from "./figures_parts";
import { FloodsTable, TopTable } from "./figures_tables";
import "./alarm_detail.css";

export function AlarmFiguresPart() {
  const { session } = useSite();
  const period = useComputed(() => readHistoryQuery(route.value.query).period).value;
  const by = useSignal<By>("machine");
  const stored = useResource(() => {
    const now_ms = serverNow_ms();
    return loadFigures(session.code, by.value, now_ms - PERIOD_MS[period], now_ms);
  }, [session, period], `${session.alarms.renewed.value} ${by.value}`);
  const { value, problem } = stored.state.value;
  const text = words.value.alarmPages;
  const choose = (next: PeriodName): void => {
    const { path, query } = route.peek();
    go(routeHref(path, writeHistoryQuery({ ...readHistoryQuery(query), period: next }, query)), true);
  };
  return (
    <>
      <div class="list-filters figures-head">
        <h2>{text.figures.title}</h2>
        <Choice label={text.history.period} chosen={period} choose={choose} options={PERIODS.map((one) => ({ value: one, text: text.history.periods[one] }))} />
        <p class="faint">{text.figures.hint}</p>
      </div>
      {problem === null ? null : <ProblemNote problem={problem} retry={() => void stored.load()} />}
      {value === null ? (problem === null ? <PageSkeleton /> : null) : <Shown report={value} by={by.value} choose={(next) => { by.value = next; }} />}
    </>
  );
}

function Shown({ report, by, choose }: { readonly report: FiguresReport; readonly by: By; readonly choose: (by: By) => void }) {
  const text = words.value.alarmPages.figures;
  return (
    <>
      <FigureBoxes answer={report.answer} />
      <FiguresParts
        answer={report.answer}
        by={by}
        chooser={<Choice label={text.by} chosen={by} choose={choose} options={BYS.map((value) => ({ value, text: text.bys[value] }))} />}
      />
      <div class="alarm-columns-two">
        <TopTable figures={report.answer.figures} />
        <FloodsTable floods={report.floods} />
      </div>
    </>
  );
}
