/**
 * Questions by the parts of an address, for pages that say the shape of the answer themselves.
 *
 *   askAt<Order>(["work-orders", site, number])      sendAt("POST", ["work-orders", site, number, "start"], { by })
 *
 * Parts are encoded here, so no code that a person has typed can lead to another address. All throw a RequestProblem and nothing else.
 */
import { exchange } from "./client";

export type Parts = readonly (string | number)[];
type Value = string | number | boolean | null | undefined;
export type Query = Readonly<Record<string, Value | readonly Value[]>>;

interface PageOf<Row> {
  readonly items: readonly Row[];
  readonly next: string | null;
}

const PAGE_SIZE = 500;
const MOST_PAGES = 20;

export function addressAt(parts: Parts, query: Query = {}): string {
  const wanted = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of [value].flat()) if (one !== null && one !== undefined && one !== "") wanted.append(name, String(one));
  }
  const text = wanted.toString();
  return new URL(`api/v1/${parts.map(encodeURIComponent).join("/")}${text === "" ? "" : `?${text}`}`, document.baseURI).href;
}

export async function askAt<Answer>(parts: Parts, query?: Query): Promise<Answer> {
  return (await exchange(addressAt(parts, query))) as Answer;
}

/** A list, whether it comes in pages or whole. */
export async function askRowsAt<Row>(parts: Parts, query: Query = {}): Promise<readonly Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer: PageOf<Row> | readonly Row[] = await askAt(parts, { limit: PAGE_SIZE, ...query, cursor });
    if (!("items" in answer)) return answer;
    rows.push(...answer.items);
    cursor = answer.next;
    if (cursor === null) break;
  }
  return rows;
}

export async function sendAt<Answer>(method: "POST" | "PUT", parts: Parts, body: object = {}): Promise<Answer> {
  return (await exchange(addressAt(parts), method, body)) as Answer;
}
