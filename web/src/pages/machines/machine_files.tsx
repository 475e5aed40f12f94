/** Manuals and photos of the machine, and a word that somebody leaves for the next. */
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { addressAt, sendAt } from "../../api/at";
import { upload } from "../../api/upload";
import { formatShare } from "../../format/number";
import { words } from "../../i18n";
import type { MachineFile } from "../../machines/load";
import { useSite } from "../../session/context";
import { locale } from "../../shell/preferences";
import { FoldForm } from "../../ui/fold_form";
import { Icon } from "../../ui/icon";
import { Labelled } from "../../ui/labelled";
import { problemText } from "../../ui/problem_text";
import { person, signed } from "../../work_orders/person";
import { OneFile } from "../work_orders/order_photos";
import type { MachineProps } from "./machine_page";
import "../work_orders/checklists.css";

export interface MachineFilesProps extends MachineProps {
  readonly files: readonly MachineFile[];
  readonly renew: () => void;
}

export function MachineFiles({ site, code, files, renew }: MachineFilesProps) {
  const share = useSignal<number | null>(null);
  const problem = useSignal<string | null>(null);
  const text = words.value.machines.files;
  const add = async (event: Event): Promise<void> => {
    const field = event.currentTarget as HTMLInputElement;
    const [file] = field.files ?? [];
    if (file === undefined || share.value !== null) return;
    share.value = 0;
    problem.value = null;
    try {
      await upload(addressAt(["equipment", site, code, "files"], { by: person.peek(), name: file.name }), file, (part) => { share.value = part; }).done;
      renew();
    } catch (error) {
      problem.value = `${file.name}: ${problemText(error)}`;
    }
    share.value = null;
    field.value = "";
  };
  const photos = files.filter(({ kind }) => kind === "photo");
  const documents = files.filter(({ kind }) => kind === "document");
  return (
    <section class="box" aria-labelledby="machine-files">
      <h2 id="machine-files">{text.title}</h2>
      {files.length === 0 ? <p class="faint">{text.none}</p> : null}
      {documents.length === 0 ? null : <ul class="photo-buttons">{documents.map((file) => <li key={file.key}><OneFile file={file} /></li>)}</ul>}
      {photos.length === 0 ? null : <ul class="photo-list">{photos.map((file) => <li key={file.key}><OneFile file={file} /></li>)}</ul>}
      {problem.value === null ? null : <p class="held-problem" role="alert"><Icon name="warning" />{problem.value}</p>}
      <div class="photo-buttons">
        {share.value === null ? (
          <>
            <label class="button photo-button"><Icon name="camera" />{text.take}<input class="unseen" type="file" accept="image/jpeg,image/png,image/webp" capture="environment" onChange={(event) => void add(event)} /></label>
            <label class="button photo-button"><Icon name="add" />{text.add}<input class="unseen" type="file" accept="image/jpeg,image/png,image/webp,application/pdf" onChange={(event) => void add(event)} /></label>
          </>
        ) : <p role="status">{text.sending(formatShare(share.value, locale.value))}</p>}
      </div>
      <AddNote site={site} code={code} />
    </section>
  );
}

function AddNote({ site, code }: MachineProps) {
  const { session } = useSite();
  const id = useId();
  const note = useSignal("");
  const text = words.value.machines.notes;
  const send = async (): Promise<string | null> => {
    if (note.value.trim() === "") return text.needed;
    try {
      await sendAt("POST", ["equipment", site, code, "notes"], signed({ text: note.value.trim() }));
    } catch (error) {
      return problemText(error);
    }
    note.value = "";
    session.orders.renew(); // the timeline has it
    return null;
  };
  return (
    <FoldForm button={text.add} confirm={text.save} send={send}>
      <Labelled id={id} label={text.text}>
        <textarea id={id} class="field" rows={3} maxLength={10_000} value={note.value} onInput={(event) => { note.value = event.currentTarget.value; }} />
      </Labelled>
    </FoldForm>
  );
}
