/** A site's machines as the registry has them, and one machine's record with its figures and timeline. */
import { askAt } from "../api/at";
import { askAll } from "../api/client";
import type { components } from "../api/schema";
import type { OrderFile } from "../work_orders/record";

export type Machine = components["schemas"]["Equipment"];

export interface Nameplate {
  readonly maker: string;
  readonly model: string;
  readonly serial: string;
  readonly built_year: number | null;
  readonly installed_on: string | null;
  readonly commissioned_on: string | null;
  readonly supplier: string;
  readonly warranty_until: string | null;
  readonly criticality: "a" | "b" | "c" | null;
  readonly camera: string;
  readonly rated: Readonly<Record<string, string>>;
  readonly notes: string;
}

export interface MachineFile extends OrderFile {
  readonly kind: "document" | "photo";
  readonly added_at: string;
  readonly added_by: string;
}

export interface MachineRecord {
  readonly equipment: string;
  readonly name: string;
  readonly name_zh: string | null;
  readonly equipment_class: string;
  readonly space: string | null;
  readonly inside: readonly string[];
  readonly record: Nameplate;
  readonly has_label: boolean;
  readonly files: readonly MachineFile[];
}

export interface TimelineEntry {
  readonly at: string;
  readonly ended_at: string | null;
  readonly kind: TimelineKind;
  readonly event: string;
  readonly machine: string;
  readonly title: string;
  readonly title_zh: string;
  readonly text: string;
  readonly actor: string | null;
  readonly reference: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

export const TIMELINE_KINDS = ["operation", "alarm", "repair", "maintenance", "downtime", "part", "document", "note", "change"] as const;
export type TimelineKind = (typeof TIMELINE_KINDS)[number];

export interface TimelinePage {
  readonly items: readonly TimelineEntry[];
  readonly next: string | null;
}

export function loadMachines(site: string): Promise<readonly Machine[]> {
  return askAll("/api/v1/equipment", { site });
}

export function loadMachine(site: string, code: string): Promise<MachineRecord> {
  return askAt<MachineRecord>(["equipment", site, code, "record"]);
}
