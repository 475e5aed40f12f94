/**
 * What a scanned label leads to: one machine, one question, a photo. No account, no navigation, nothing to learn. The same report sent twice
 * is one (its key is made here and kept until it has arrived); who writes too often is told when again, and what they wrote stays.
 */
import { useSignal, useSignalEffect, type Signal } from "@preact/signals";
import { useEffect, useId, useRef } from "preact/hooks";
import { addressAt, askAt } from "../../api/at";
import { asProblem } from "../../api/problem";
import { upload } from "../../api/upload";
import { formatShare } from "../../format/number";
import { named, words } from "../../i18n";
import { now_ms, startClock } from "../../live/clock";
import { useResource } from "../../session/use_resource";
import { locale } from "../../shell/preferences";
import { Preferences } from "../../shell/top_bar";
import { Icon } from "../../ui/icon";
import { Labelled } from "../../ui/labelled";
import { Note, ProblemNote } from "../../ui/note";
import { problemText } from "../../ui/problem_text";
import { PageSkeleton } from "../../ui/skeleton";
import { newClientKey } from "../../work_orders/client_key";
import "./report_page.css";

interface LabelledMachine {
  readonly machine: string;
  readonly machine_zh: string | null;
  readonly place: string | null;
  readonly place_zh: string | null;
  readonly site: string;
  readonly site_zh: string | null;
}

export function ReportPage({ label }: { readonly label: string }) {
  const stored = useResource(() => askAt<LabelledMachine>(["reports", label]), [label]);
  const { value, problem } = stored.state.value;
  const text = words.value.report;
  const invalid = problem !== null && problem.status !== null && problem.status < 500;
  useEffect(() => startClock(), []);
  return (
    <div class="report">
      <header class="report-bar">
        <p>{words.value.product}</p>
        <Preferences />
      </header>
      <main class="report-page">
        {invalid ? <Note title={text.unknown}><p>{text.unknownAdvice}</p></Note> : null}
        {problem === null || invalid ? null : <ProblemNote problem={problem} retry={() => void stored.load()} />}
        {value === null ? (problem === null ? <PageSkeleton /> : null) : <Reporting label={label} machine={value} />}
      </main>
    </div>
  );
}

function Reporting({ label, machine }: { readonly label: string; readonly machine: LabelledMachine }) {
  const sent = useSignal<string | null>(null);
  const text = words.value.report;
  const place = machine.place === null ? [] : [named({ name: machine.place, name_zh: machine.place_zh })];
  return (
    <>
      <div>
        <p class="faint">{text.title}</p>
        <h1>{named({ name: machine.machine, name_zh: machine.machine_zh })}</h1>
        <p class="faint">{[...place, named({ name: machine.site, name_zh: machine.site_zh })].join(" · ")}</p>
      </div>
      {sent.value === null ? <ReportForm label={label} sent={sent} /> : <Thanks order={sent.value} another={() => { sent.value = null; }} />}
    </>
  );
}

function Thanks({ order, another }: { readonly order: string; readonly another: () => void }) {
  const title = useRef<HTMLHeadingElement>(null);
  const text = words.value.report;
  useEffect(() => { title.current?.focus(); }, []);
  return (
    <div class="report-thanks" role="status">
      <Icon name="check" />
      <h2 ref={title} tabIndex={-1}>{text.thanks}</h2>
      <p>{text.thanksText(order)}</p>
      <button type="button" class="button report-button" onClick={another}>{text.another}</button>
    </div>
  );
}

function ReportForm({ label, sent }: { readonly label: string; readonly sent: Signal<string | null> }) {
  const id = useId();
  const field = useRef<HTMLTextAreaElement>(null);
  const key = useRef(newClientKey());
  const said = useSignal("");
  const name = useSignal("");
  const photo = useSignal<File | null>(null);
  const share = useSignal<number | null>(null);
  const problem = useSignal<string | null>(null);
  const again_ms = useSignal<number | null>(null);
  const text = words.value.report;
  const wait_s = again_ms.value === null ? 0 : Math.ceil((again_ms.value - now_ms.value) / 1000);
  useSignalEffect(() => {
    if (again_ms.value !== null && again_ms.value <= now_ms.value) {
      again_ms.value = null;
      problem.value = null;
    }
  });
  const send = async (): Promise<void> => {
    if (share.value !== null || wait_s > 0) return;
    if (said.value.trim().length < 3) {
      problem.value = text.whatNeeded;
      field.current?.focus();
      return;
    }
    problem.value = null;
    share.value = 0;
    try {
      const { order } = await upload<{ order: string }>(addressAt(["reports", label]), formOf(said.value, name.value, key.current, photo.value), (part) => { share.value = part; }).done;
      key.current = newClientKey();
      sent.value = order;
    } catch (error) {
      const { wait_s: wait } = asProblem(error);
      again_ms.value = wait === null ? null : now_ms.peek() + wait * 1000;
      problem.value = problemText(error);
    }
    share.value = null;
  };
  return (
    <form class="report-form" noValidate onSubmit={(event) => { event.preventDefault(); void send(); }}>
      <Labelled id={`${id}-what`} label={text.what}>
        <textarea
          id={`${id}-what`} ref={field} class="field" rows={4} maxLength={2000} placeholder={text.whatHint} value={said.value} aria-required
          aria-invalid={problem.value === text.whatNeeded} aria-describedby={problem.value === null ? undefined : `${id}-problem`}
          onInput={(event) => { said.value = event.currentTarget.value; }}
        />
      </Labelled>
      <PhotoField photo={photo} />
      <Labelled id={`${id}-name`} label={text.name} hint={text.nameHint}>
        <input id={`${id}-name`} class="field" autocomplete="name" maxLength={100} value={name.value} onInput={(event) => { name.value = event.currentTarget.value; }} />
      </Labelled>
      {problem.value === null ? null : <p id={`${id}-problem`} class="held-problem" role="alert"><Icon name="warning" />{wait_s > 0 ? text.wait(wait_s) : problem.value}</p>}
      <button type="submit" class="button report-button report-send" aria-disabled={share.value !== null || wait_s > 0}>
        {share.value === null ? text.send : text.sending(formatShare(share.value, locale.value))}
      </button>
      {share.value === null ? null : <progress max={1} value={share.value} aria-label={text.sending("")} />}
      <p class="faint">{text.danger}</p>
    </form>
  );
}

function PhotoField({ photo }: { readonly photo: Signal<File | null> }) {
  const text = words.value.report;
  return (
    <div class="report-photo">
      <label class="button report-button photo-button">
        <Icon name="camera" />
        {photo.value === null ? text.photo : text.photoAgain}
        <input class="unseen" type="file" accept="image/jpeg,image/png,image/webp" capture="environment" onChange={(event) => { photo.value = event.currentTarget.files?.[0] ?? null; }} />
      </label>
      {photo.value === null ? null : (
        <p>
          <span class="report-photo-name">{photo.value.name}</span>
          <button type="button" class="button button-plain" onClick={() => { photo.value = null; }}><Icon name="close" />{text.photoDrop}</button>
        </p>
      )}
    </div>
  );
}

function formOf(said: string, name: string, client_key: string, photo: File | null): FormData {
  const form = new FormData();
  form.set("text", said.trim());
  form.set("name", name.trim());
  form.set("client_key", client_key);
  if (photo !== null) form.set("photo", photo);
  return form;
}
