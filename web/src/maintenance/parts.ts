/** The plain list of parts of a site. */
import { named } from "../i18n";

export interface Part {
  readonly site: string;
  readonly code: string;
  readonly name: string;
  readonly name_zh: string;
  readonly unit: string;
  readonly location: string;
  readonly supplier: string;
  readonly stock: number;
  readonly minimum: number;
  readonly unit_cost: number | null;
  readonly currency: string | null;
  readonly is_low: boolean;
}

export function partName({ name, name_zh }: Pick<Part, "name" | "name_zh">): string {
  return named({ name, name_zh });
}
