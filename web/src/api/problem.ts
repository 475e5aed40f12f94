/**
 * What went wrong with a request, in a form a person can act on.
 *
 * The API answers every error with a problem document (RFC 9457) whose `detail` says what to do; a server that is not
 * there answers nothing at all. The two need different advice, so they are different kinds.
 */
export type ProblemKind = "unreachable" | "refused" | "unexpected";

export class RequestProblem extends Error {
  readonly kind: ProblemKind;
  readonly status: number | null;
  /** After how long the service would take it (Retry-After). */
  readonly wait_s: number | null;

  constructor(kind: ProblemKind, message: string, status: number | null = null, wait_s: number | null = null) {
    super(message);
    this.name = "RequestProblem";
    this.kind = kind;
    this.status = status;
    this.wait_s = wait_s;
  }
}

export function asProblem(error: unknown): RequestProblem {
  return error instanceof RequestProblem ? error : new RequestProblem("unexpected", String(error));
}

/** Reads the problem document of a refused request; a proxy's HTML page has none, and its status must do. */
export async function refusal(response: Response): Promise<RequestProblem> {
  const title = `${response.status} ${response.statusText}`.trim();
  const wait = Number(response.headers.get("retry-after") ?? NaN);
  const wait_s = Number.isFinite(wait) ? wait : null;
  try {
    const document: unknown = await response.json();
    if (typeof document === "object" && document !== null) {
      const text = "detail" in document ? document.detail : "title" in document ? document.title : null;
      if (typeof text === "string") return new RequestProblem("refused", text, response.status, wait_s);
    }
  } catch {
    // Not a problem document.
  }
  return new RequestProblem("refused", title, response.status, wait_s);
}
