/**
 * What can be done next, as buttons for a finger in a glove: the one that is meant most first, and where one is refused, why and where to
 * mend it. On a phone the first stays at the foot of the screen, under the thumb.
 */
import { words } from "../../i18n";
import { isNarrow } from "../../shell/narrow";
import type { Step } from "../../work_orders/model";
import type { StepButton } from "../../work_orders/steps";
import { Icon } from "../../ui/icon";
import "./next_steps.css";

export interface NextStepsProps {
  readonly buttons: readonly StepButton[];
  readonly ask: (step: Step) => void;
}

export function NextSteps({ buttons, ask }: NextStepsProps) {
  const text = words.value.order;
  const refused = buttons.filter((button) => button.refused !== null);
  const shown = isNarrow.value ? buttons.filter(({ isMeant }) => !isMeant) : buttons;
  if (buttons.length === 0) return null;
  return (
    <section class="next-steps" aria-label={text.next}>
      {shown.length === 0 ? null : (
        <div class="next-steps-buttons">
          {shown.map((button) => <OneStep key={button.step} button={button} ask={ask} />)}
        </div>
      )}
      {refused.length === 0 ? null : (
        <ul class="next-steps-refused">
          {refused.map(({ step, refused: why }) => why === null ? null : (
            <li key={step} id={`refused-${step}`}>
              <Icon name="warning" />
              <span><b>{text.steps[step]}:</b> {refusalText(step, why)}</span>
              {why.mended_at === null ? null : <MendButton place={why.mended_at} />}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function MendButton({ place }: { readonly place: string }) {
  return <button type="button" class="button" onClick={() => { goTo(place); }}>{words.value.order.mend}</button>;
}

/** In the reader's language where the reason is a known one; else in the service's words. */
function refusalText(step: Step, { reason, why }: { readonly reason: string; readonly why: string }): string {
  const known: Readonly<Record<string, string>> = words.value.order.refusals;
  return known[`${reason}_${step}`] ?? known[reason] ?? why;
}

export function StepBar({ buttons, ask }: NextStepsProps) {
  const meant = buttons.find(({ isMeant }) => isMeant);
  if (meant === undefined) return null;
  return (
    <div class="step-bar" role="group" aria-label={words.value.order.next}>
      <OneStep button={meant} ask={ask} />
    </div>
  );
}

function OneStep({ button: { step, refused, isMeant }, ask }: { readonly button: StepButton; readonly ask: (step: Step) => void }) {
  return (
    <button
      type="button"
      class={`button next-step${isMeant ? " next-step-meant" : ""}`}
      aria-disabled={refused !== null}
      aria-describedby={refused === null ? undefined : `refused-${step}`}
      onClick={() => {
        if (refused === null) ask(step);
        else goTo(`refused-${step}`);
      }}
    >
      {words.value.order.steps[step]}
    </button>
  );
}

function goTo(id: string): void {
  const place = document.getElementById(id);
  place?.scrollIntoView({ block: "center" });
  place?.querySelector<HTMLElement>("input:not([type=file]), button, a")?.focus({ preventScroll: true });
}
