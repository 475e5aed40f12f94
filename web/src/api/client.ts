/**
 * Questions to the API and their answers. Addresses, parameters and answers are held to the OpenAPI document by types:
 * a renamed field or a misspelt parameter does not compile.
 *
 * `ask` is one GET; `askAll` follows a list's cursor to its end; `send` is one POST. All throw a RequestProblem and nothing else. Addresses
 * are relative to the page, so that the console also works behind a path of somebody's proxy.
 */
import { refusal, RequestProblem } from "./problem";
import type { paths } from "./schema";

interface Answering<Answer> {
  get: { responses: { 200: { content: { "application/json": Answer } } } };
}
interface Page<Row> {
  items: Row[];
  next: string | null;
}

/** The addresses that answer a GET with such JSON and have no variable part. */
type AddressOf<Answer> = {
  [Path in keyof paths]: Path extends `${string}{${string}` ? never : paths[Path] extends Answering<Answer> ? Path : never;
}[keyof paths];
type Address = AddressOf<unknown>;
type ListAddress = AddressOf<Page<unknown>>;
type AnswerOf<Path extends Address> = paths[Path] extends Answering<infer Answer> ? Answer : never;
type RowOf<Path extends ListAddress> = paths[Path] extends Answering<Page<infer Row>> ? Row : never;
type QueryOf<Path extends keyof paths> = paths[Path] extends { get: { parameters: { query?: infer Query } } } ? Query : never;

type Parameter = string | number | boolean;
type PartsOf<Path extends keyof paths> = paths[Path] extends { post: { parameters: { path: infer Parts extends Record<string, string> } } } ? Parts : never;
type BodyOf<Path extends keyof paths> = paths[Path] extends { post: { requestBody: { content: { "application/json": infer Body } } } } ? Body : never;

const PAGE_SIZE = 1000;
/** A list longer than this is not for a browser; it ends a cursor that would run in a circle. */
const MOST_PAGES = 100;

export function apiAddress<Path extends keyof paths>(path: Path, query?: QueryOf<Path>): string {
  const parameters = new URLSearchParams();
  for (const [name, value] of Object.entries<Parameter | readonly Parameter[] | null | undefined>(query ?? {})) {
    for (const one of Array.isArray(value) ? value : [value]) {
      if (one !== null && one !== undefined) parameters.append(name, String(one));
    }
  }
  const text = parameters.toString();
  return new URL(path.slice(1) + (text === "" ? "" : `?${text}`), document.baseURI).href;
}

/** `parts` fill the variable parts of the address. */
export async function send<Path extends keyof paths>(path: Path, parts: PartsOf<Path>, body: BodyOf<Path>): Promise<void> {
  const filled = Object.entries<string>(parts).reduce<string>((text, [name, value]) => text.replace(`{${name}}`, encodeURIComponent(value)), path);
  const request = { method: "POST", headers: { "content-type": "application/json", accept: "application/json" }, body: JSON.stringify(body) };
  let response: Response;
  try {
    response = await fetch(new URL(filled.slice(1), document.baseURI), request);
  } catch (error) {
    throw new RequestProblem("unreachable", String(error));
  }
  if (!response.ok) throw await refusal(response);
}

export async function ask<Path extends Address>(path: Path, query?: QueryOf<Path>): Promise<AnswerOf<Path>> {
  let response: Response;
  try {
    response = await fetch(apiAddress(path, query), { headers: { accept: "application/json" } });
  } catch (error) {
    throw new RequestProblem("unreachable", String(error));
  }
  if (!response.ok) throw await refusal(response);
  try {
    return (await response.json()) as AnswerOf<Path>;
  } catch (error) {
    throw new RequestProblem("unexpected", String(error));
  }
}

export async function askAll<Path extends ListAddress>(path: Path, query?: QueryOf<Path>): Promise<RowOf<Path>[]> {
  const rows: RowOf<Path>[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const wanted = Object.assign({ limit: PAGE_SIZE, cursor }, query);
    const answer = (await ask(path, wanted)) as Page<RowOf<Path>>;
    rows.push(...answer.items);
    cursor = answer.next;
    if (cursor === null) break;
  }
  return rows;
}
