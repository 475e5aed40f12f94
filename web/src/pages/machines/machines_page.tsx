/**
 * Machines: all of a site, or one with its record.
 *
 *   #/machines                      the list            #/machines/<site>/<code>      one machine
 */
import { words } from "../../i18n";
import { useSite } from "../../session/context";
import { route } from "../../shell/router";
import { hrefTo } from "../../work_orders/addresses";
import { YouAre } from "../work_orders/you_are";
import { MachineList } from "./machine_list";
import { MachinePage } from "./machine_page";
import "../work_orders/work_orders_page.css";

export function MachinesPage() {
  const { session } = useSite();
  const [, site, code] = route.value.path;
  const text = words.value.machines;
  return (
    <div class="orders-page">
      <header class="orders-head">
        {code === undefined ? <h1>{text.title}</h1> : <p class="orders-crumb"><a href={hrefTo(["machines"])}>{text.title}</a></p>}
        {code === undefined ? null : <YouAre />}
      </header>
      {site === undefined || code === undefined ? <MachineList key={session.code} /> : <MachinePage key={`${site}/${code}`} site={site} code={code} />}
    </div>
  );
}
