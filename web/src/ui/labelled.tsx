/** A field of a form below its name; what is wrong with it is said by the form. */
import type { ComponentChildren } from "preact";
import "./labelled.css";

export function Labelled({ id, label, hint, children }: { readonly id: string; readonly label: string; readonly hint?: string; readonly children: ComponentChildren }) {
  return (
    <div class="labelled">
      <label class="label" for={id}>{label}</label>
      {children}
      {hint === undefined ? null : <p class="faint labelled-hint">{hint}</p>}
    </div>
  );
}
