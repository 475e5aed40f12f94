/**
 * Questions to the alarm addresses of the API. They take filters that are read from the page's address, so parameters that are
 * empty or null are left out. All throw a RequestProblem and nothing else.
 */
import { refusal, RequestProblem } from "../api/problem";

type Parameter = string | number | boolean | null | undefined;
export type Query = Readonly<Record<string, Parameter | readonly string[]>>;

const PAGE_SIZE = 500;
/** A list longer than this is not for a browser; it ends a cursor that would run in a circle. */
const MOST_PAGES = 40;

export function addressOf(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    for (const one of Array.isArray(value) ? (value as readonly string[]) : [value as Parameter]) {
      if (one !== null && one !== undefined && one !== "") parameters.append(name, String(one));
    }
  }
  const text = parameters.toString();
  return new URL(`api/v1/${path}${text === "" ? "" : `?${text}`}`, document.baseURI).href;
}

/** `kunshan/element-outlet-high/comp-3` as a part of an address. */
export function pathOf(alarm: string): string {
  return alarm.split("/").map(encodeURIComponent).join("/");
}

export async function question<Answer>(path: string, query?: Query): Promise<Answer> {
  return (await exchange(addressOf(path, query))) as Answer;
}

/** Everything of a list, page after page. */
export async function listOf<Row>(path: string, query: Query = {}): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer: { items: Row[]; next: string | null } = await question(path, { limit: PAGE_SIZE, cursor, ...query });
    rows.push(...answer.items);
    cursor = answer.next;
    if (cursor === null) break;
  }
  return rows;
}

export type Method = "POST" | "PUT" | "DELETE";

export async function order<Answer>(method: Method, path: string, body: unknown): Promise<Answer> {
  return (await exchange(addressOf(path), body === null ? { method } : { method, body: JSON.stringify(body) })) as Answer;
}

async function exchange(address: string, request: { readonly method?: Method; readonly body?: string } = {}): Promise<unknown> {
  let response: Response;
  try {
    response = await fetch(address, { ...request, headers: { accept: "application/json", ...(request.body === undefined ? {} : { "content-type": "application/json" }) } });
  } catch (error) {
    throw new RequestProblem("unreachable", String(error));
  }
  if (!response.ok) throw await refusal(response);
  try {
    const text = await response.text();
    return text === "" ? null : (JSON.parse(text) as unknown);
  } catch (error) {
    throw new RequestProblem("unexpected", String(error));
  }
}
