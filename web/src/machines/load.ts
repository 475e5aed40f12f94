/** A site's machines as the registry has them. */
import { askAll } from "../api/client";
import type { components } from "../api/schema";

export type Machine = components["schemas"]["Equipment"];

export function loadMachines(site: string): Promise<readonly Machine[]> {
  return askAll("/api/v1/equipment", { site });
}
