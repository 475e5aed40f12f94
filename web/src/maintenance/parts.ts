/** The plain list of parts of a site. */
import type { SparePart } from "../api/types";
import { named } from "../i18n";

export type Part = SparePart;

export function partName({ name, name_zh }: Pick<Part, "name" | "name_zh">): string {
  return named({ name, name_zh });
}
