/**
 * Who sits or stands in front of this browser. Until people sign in, the name that was chosen here is sent with everything that is done
 * (`by`); where storage is closed the choice lasts until the page is left. Nobody chosen: the service writes `local`.
 */
import { signal, type Signal } from "@preact/signals";
import { askRowsAt } from "../api/at";
import { Resource } from "../session/resource";

export interface Person {
  readonly code: string;
  readonly name: string;
  readonly skills?: readonly string[];
}

const KEPT = "ioe.person";

export const people = new Resource(() => askRowsAt<Person>(["people"]));

export const person: Signal<string | null> = signal(recalled());

export function choosePerson(code: string | null): void {
  person.value = code;
  try {
    if (code === null) localStorage.removeItem(KEPT);
    else localStorage.setItem(KEPT, code);
  } catch {
    // Storage is closed: the choice lasts for this page.
  }
}

/** What every writing call carries of who does it. */
export function signed<Body extends object>(body: Body): Body & { readonly by?: string } {
  return person.value === null ? body : { ...body, by: person.value };
}

function recalled(): string | null {
  try {
    return localStorage.getItem(KEPT);
  } catch {
    return null;
  }
}
