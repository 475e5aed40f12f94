/** The pages of the console, in the order of the navigation. A new page is a line here, a word in each language and a component. */
import type { ComponentType } from "preact";
import type { Messages } from "../i18n/en";
import { AlarmsPage } from "../pages/alarms/alarms_page";
import { DevicesPage } from "../pages/devices/devices_page";
import { EnergyPage } from "../pages/energy/energy_page";
import { LivePage } from "../pages/live/live_page";
import { MachinesPage } from "../pages/machines/machines_page";
import { MaintenancePage } from "../pages/maintenance/maintenance_page";
import { WorkOrdersPage } from "../pages/work_orders/work_orders_page";
import type { IconName } from "../ui/icon";

export interface Page {
  /** The first part of its address; "" is the page that opens first. */
  readonly path: string;
  readonly word: Exclude<keyof Messages["navigation"], "label">;
  readonly icon: IconName;
  readonly component: ComponentType;
  /** Its address may go on below: `#/alarms/kunshan/header-pressure-low/air-header`. */
  readonly deep?: boolean;
}

export const PAGES: readonly Page[] = [
  { path: "", word: "live", icon: "live", component: LivePage },
  { path: "alarms", word: "alarms", icon: "alarms", component: AlarmsPage, deep: true },
  { path: "work-orders", word: "orders", icon: "orders", component: WorkOrdersPage, deep: true },
  { path: "machines", word: "machines", icon: "machines", component: MachinesPage, deep: true },
  { path: "maintenance", word: "maintenance", icon: "plans", component: MaintenancePage },
  { path: "devices", word: "devices", icon: "devices", component: DevicesPage },
  { path: "energy", word: "energy", icon: "energy", component: EnergyPage },
];
