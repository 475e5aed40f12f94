/**
 * Questions to the API and their answers. Addresses, parameters and answers are held to the OpenAPI document by types:
 * a renamed field or a misspelt parameter does not compile.
 *
 * `ask` is one GET, `askOne` one of an address with variable parts; `askAll` follows a list's cursor to its end; `send` is one POST,
 * `put` one PUT, `remove` one DELETE. All throw a RequestProblem and nothing else. Addresses are relative to the page, so that the
 * console also works behind a path of somebody's proxy.
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

type Parameter = string | number | boolean;
type Method = "get" | "post" | "put" | "delete";
type Taking<What extends Method> = { [Path in keyof paths]: paths[Path] extends Record<What, object> ? Path : never }[keyof paths];
type QueryOf<Path extends keyof paths, What extends Method = "get"> = paths[Path] extends Record<What, { parameters: { query?: infer Query } }> ? Query : never;
type PartsOf<Path extends keyof paths, What extends Method> = paths[Path] extends Record<What, { parameters: { path: infer Parts extends Record<string, string> } }> ? Parts : Readonly<Record<string, never>>;
type BodyOf<Path extends keyof paths, What extends Method> = paths[Path] extends Record<What, { requestBody: { content: { "application/json": infer Body } } }> ? Body : never;
type GivenBack<Path extends keyof paths, What extends Method> = paths[Path] extends Record<What, { responses: { 200: { content: { "application/json": infer Answer } } } }> ? Answer : unknown;

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

export async function ask<Path extends Address>(path: Path, query?: QueryOf<Path>): Promise<AnswerOf<Path>> {
  return (await exchange(apiAddress(path, query))) as AnswerOf<Path>;
}

/** `parts` fill the variable parts of the address. */
export async function askOne<Path extends Taking<"get">>(path: Path, parts: PartsOf<Path, "get">): Promise<GivenBack<Path, "get">> {
  return (await exchange(filled(path, parts))) as GivenBack<Path, "get">;
}

export async function send<Path extends Taking<"post">>(path: Path, parts: PartsOf<Path, "post">, body: BodyOf<Path, "post">): Promise<GivenBack<Path, "post">> {
  return (await exchange(filled(path, parts), "POST", body)) as GivenBack<Path, "post">;
}

export async function put<Path extends Taking<"put">>(path: Path, parts: PartsOf<Path, "put">, body: BodyOf<Path, "put">): Promise<void> {
  await exchange(filled(path, parts), "PUT", body);
}

export async function remove<Path extends Taking<"delete">>(path: Path, parts: PartsOf<Path, "delete">, query: QueryOf<Path, "delete">): Promise<void> {
  await exchange(`${filled(path, parts)}?${new URLSearchParams(query as Record<string, string>).toString()}`, "DELETE");
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

function filled(path: string, parts: Readonly<Record<string, string>>): string {
  const text = Object.entries(parts).reduce((address, [name, value]) => address.replace(`{${name}}`, encodeURIComponent(value)), path);
  return new URL(text.slice(1), document.baseURI).href;
}

/** One request and its JSON; for `at.ts`, whose answers are not held to the document. */
export async function exchange(address: string, method = "GET", body?: unknown): Promise<unknown> {
  const json = body === undefined ? {} : { "content-type": "application/json" };
  let response: Response;
  try {
    response = await fetch(address, { method, headers: { accept: "application/json", ...json }, ...(body === undefined ? {} : { body: JSON.stringify(body) }) });
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
