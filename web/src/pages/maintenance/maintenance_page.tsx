/**
 * Maintenance that comes back: what falls due, the month at a glance, and the parts.
 *
 *   #/maintenance                       what is due            #/maintenance?show=calendar | parts
 */
import { words } from "../../i18n";
import { route } from "../../shell/router";
import { hrefTo } from "../../work_orders/addresses";
import { DueCalendar } from "./due_calendar";
import { DueList } from "./due_list";
import { PartList } from "./part_list";
import "../../ui/choice.css";
import "../alarms/alarms_page.css";
import "../alarms/alarm_detail.css";
import "../work_orders/work_orders_page.css";
import "./maintenance_page.css";

const SHOWN = ["due", "calendar", "parts"] as const;

export function MaintenancePage() {
  const text = words.value.maintenance;
  const part = SHOWN.find((one) => one === route.value.query.get("show")) ?? "due";
  return (
    <div class="orders-page">
      <header class="alarms-head">
        <h1>{text.title}</h1>
        <nav class="choice" aria-label={text.parts.label}>
          {SHOWN.map((one) => (
            <a key={one} class="button" href={hrefTo(["maintenance"], one === "due" ? {} : { show: one })} aria-current={one === part ? "page" : undefined}>{text.parts[one]}</a>
          ))}
        </nav>
      </header>
      {part === "due" ? <DueList /> : part === "calendar" ? <DueCalendar /> : <PartList />}
    </div>
  );
}
