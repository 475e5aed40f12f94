/**
 * Questions to the API and their answers, typed by the OpenAPI document.
 *
 * `ask` is one GET; `askAll` follows a list's cursor to its end. Both throw a RequestProblem and nothing else. Addresses
 * are relative to the page, so that the console also works behind a path of somebody's proxy.
 */
import { refusal, RequestProblem } from "./problem";

export type Query = Readonly<Record<string, string | number | readonly string[] | undefined>>;

export interface Listed<Row> {
  readonly items: readonly Row[];
  readonly next: string | null;
}

const API = "api/v1/";
const PAGE_SIZE = 1000;
/** A list longer than this is not for a browser; it ends a cursor that would run in a circle. */
const MOST_PAGES = 100;

export function apiAddress(path: string, query: Query = {}): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value === undefined) continue;
    for (const one of typeof value === "object" ? value : [value]) parameters.append(name, String(one));
  }
  const text = parameters.toString();
  return new URL(API + path + (text === "" ? "" : `?${text}`), document.baseURI).href;
}

export async function ask<Answer>(path: string, query: Query = {}, signal?: AbortSignal): Promise<Answer> {
  let response: Response;
  try {
    response = await fetch(apiAddress(path, query), { headers: { accept: "application/json" }, ...(signal ? { signal } : {}) });
  } catch (error) {
    throw new RequestProblem("unreachable", String(error));
  }
  if (!response.ok) throw await refusal(response);
  try {
    return (await response.json()) as Answer;
  } catch (error) {
    throw new RequestProblem("unexpected", String(error));
  }
}

export async function askAll<Row>(path: string, query: Query = {}): Promise<Row[]> {
  const rows: Row[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const answer: Listed<Row> = await ask(path, { ...query, limit: PAGE_SIZE, cursor });
    rows.push(...answer.items);
    if (answer.next === null) break;
    cursor = answer.next;
  }
  return rows;
}
