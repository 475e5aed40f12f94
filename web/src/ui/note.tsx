/**
 * Says that something is not there and what to do about it: an empty site, a filter that matches nothing, a request
 * that failed. A failure is an alert to a screen reader; an empty list is not.
 */
import type { ComponentChildren } from "preact";
import type { RequestProblem } from "../api/problem";
import { words } from "../i18n";
import { Icon } from "./icon";
import { problemText } from "./problem_text";
import "./note.css";

export function Note({ title, children }: { readonly title: string; readonly children?: ComponentChildren }) {
  return (
    <div class="note">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

export function ProblemNote({ problem, retry }: { readonly problem: RequestProblem; readonly retry: () => void }) {
  const text = words.value.problem;
  return (
    <div class="note note-problem" role="alert">
      <h2>
        <Icon name="warning" />
        {text.title}
      </h2>
      <p>{problemText(problem)}</p>
      {problem.kind === "refused" ? null : <p>{problem.kind === "unreachable" ? text.unreachableAdvice : text.unexpected}</p>}
      <button type="button" class="button" onClick={retry}>
        {text.retry}
      </button>
    </div>
  );
}
