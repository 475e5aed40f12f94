/**
 * Alarms: what is not normal now, what was, how good alarming is, and the rules; or the page of one alarm.
 *
 *   #/alarms                         the list            #/alarms?show=history | figures | rules
 *   #/alarms/<site>/<rule>/<subject>   one alarm
 */
import { listHref } from "../../alarms/addresses";
import { PARTS, readPart } from "../../alarms/list_query";
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { route } from "../../shell/router";
import { AlarmDetailPage } from "./alarm_detail";
import { AlarmFiguresPart } from "./alarm_figures";
import { AlarmHistory } from "./alarm_history";
import { AlarmList } from "./alarm_list";
import { AlarmRules } from "./alarm_rules";
import { WatchNotes } from "./watch_notes";
import "./alarms_page.css";

export function AlarmsPage() {
  const { session } = useSite();
  const { path, query } = route.value;
  const text = words.value.alarms;
  const alarm = path.slice(1).join("/");
  const part = readPart(query);
  return (
    <div class="alarms-page">
      <header class="alarms-head">
        {alarm === "" ? <h1>{text.title}</h1> : <p class="alarms-crumb"><a href={listHref()}>{text.title}</a></p>}
        <nav class="choice" aria-label={text.partsLabel}>
          {PARTS.map((one) => (
            <a key={one} class="button" href={listHref(one === "list" ? {} : { show: one })} aria-current={alarm === "" && one === part ? "page" : undefined}>
              {text.parts[one]}
            </a>
          ))}
        </nav>
      </header>
      <WatchNotes />
      {alarm === "" ? <PartOf key={`${session.code} ${part}`} part={part} /> : <AlarmDetailPage key={alarm} alarm={alarm} />}
    </div>
  );
}

function PartOf({ part }: { readonly part: (typeof PARTS)[number] }) {
  switch (part) {
    case "list":
      return <AlarmList />;
    case "history":
      return <AlarmHistory />;
    case "figures":
      return <AlarmFiguresPart />;
    case "rules":
      return <AlarmRules />;
  }
}
