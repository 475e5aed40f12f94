/** The figures of the period, each with the limit that is accepted; what is above it says so with a sign, not by colour alone. */
import type { AlarmFigures, AlarmFiguresAnswer } from "../../api/types";
import { addressText } from "../../alarms/naming";
import { PriorityMark } from "../../alarms/priority_mark";
import { formatAge } from "../../format/age";
import { formatCount, formatNumber, formatShare, MISSING } from "../../format/number";
import { words } from "../../i18n";
import type { SiteModel } from "../../registry/site_model";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { Icon } from "../../ui/icon";

type BoxName = keyof typeof words.value.alarmPages.figures.boxes;

interface Box {
  readonly name: BoxName;
  readonly figure: string;
  readonly notes: readonly string[];
}

export function FigureBoxes({ answer }: { readonly answer: AlarmFiguresAnswer }) {
  const { view } = useSite();
  const text = words.value.alarmPages.figures;
  const missed = new Set(answer.figures.missed.map(({ figure }) => figure));
  return (
    <section class="energy-summary figures-summary" aria-label={text.title}>
      {boxesOf(answer.figures, view.model).map(({ name, figure, notes }) => {
        const limit = answer.limits.find((one) => one.figure === name);
        return (
          <div key={name} class="energy-box">
            <h3 class="energy-box-title">{text.boxes[name]}</h3>
            <p class="energy-box-figure">{figure}</p>
            <div class="energy-box-notes">
              {missed.has(name) ? <span class="energy-over"><Icon name="warning" />{text.over}</span> : null}
              {limit === undefined ? null : <span title={limit.source}>{text.accepted(`${formatNumber(limit.at_most, 0, locale.value)}${limit.unit === "%" ? " %" : ""}`)}</span>}
              {notes.map((note) => <span key={note}>{note}</span>)}
            </div>
          </div>
        );
      })}
      <Priorities figures={answer.figures} />
    </section>
  );
}

function boxesOf(figures: AlarmFigures, model: SiteModel): readonly Box[] {
  const some = (alarms: readonly string[]): string[] => alarms.slice(0, 3).map((alarm) => addressText(alarm, model));
  const text = words.value.alarmPages.figures.notes;
  const language = locale.value;
  const age = (seconds: number | null): string => (seconds === null ? MISSING : formatAge(seconds, words.value.age));
  const percent = (value: number | null): string => formatShare(value === null ? null : value / 100, language);
  return [
    { name: "alarms_per_day", figure: formatNumber(figures.alarms_per_day, 1, language), notes: [text.alarms(formatCount(figures.alarms, language), formatNumber(figures.alarms_per_ten_minutes, 2, language))] },
    { name: "worst_ten_minutes", figure: formatCount(figures.worst_ten_minutes, language), notes: [] },
    { name: "time_in_flood_percent", figure: percent(figures.time_in_flood_percent), notes: figures.floods === 0 ? [] : [text.floods(formatCount(figures.floods, language), formatCount(figures.alarms_in_floods, language))] },
    { name: "chattering_alarms", figure: formatCount(figures.chattering.length, language), notes: [text.chattering, ...some(figures.chattering)] },
    { name: "standing_alarms", figure: formatCount(figures.standing.length, language), notes: [text.standing, ...some(figures.standing)] },
    { name: "top_ten_percent", figure: percent(figures.top_ten_percent), notes: [figures.top_ten_percent === null ? text.few : text.top] },
    {
      name: "acknowledge_median_s",
      figure: age(figures.acknowledge_median_s),
      notes: [text.seen(formatCount(figures.acknowledged, language), formatCount(figures.alarms, language)), ...(figures.acknowledge_p95_s === null ? [] : [text.slow(age(figures.acknowledge_p95_s))])],
    },
  ];
}

function Priorities({ figures }: { readonly figures: AlarmFigures }) {
  const text = words.value.alarmPages.figures;
  return (
    <div class="energy-box figures-wide">
      <h3 class="energy-box-title">{text.priorities}</h3>
      <ul class="figures-priorities">
        {figures.priorities.map(({ priority, alarms, percent, aimed_percent }) => (
          <li key={priority} class="with-mark">
            <PriorityMark priority={priority} asking={false} />
            <span>{words.value.alarms.priorities[priority]} <b>{formatCount(alarms, locale.value)}</b></span>
            <span class="faint">{percent === null ? "" : `${formatShare(percent / 100, locale.value)}, `}{text.aimed(formatShare(aimed_percent / 100, locale.value))}</span>
          </li>
        ))}
      </ul>
    </div>
  );
}
