/** Why a request failed, in the reader's language where nobody answered, else in the API's words. */
import { asProblem } from "../api/problem";
import { words } from "../i18n";

export function problemText(error: unknown): string {
  const problem = asProblem(error);
  return problem.kind === "unreachable" ? words.value.problem.unreachable : problem.message;
}
