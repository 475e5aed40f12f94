/**
 * Photos on their way to an order, one after the other: each waits, is sent with its share, is there, or has failed and can be sent again.
 *
 *   chosen --> waiting --> sending (share) --> there
 *                             |  ^
 *                             v  | again: by hand, or by itself when the network is back
 *                           failed
 *
 * One at a time, because two over a poor network both take twice as long and both fail.
 */
import { signal, type ReadonlySignal } from "@preact/signals";
import { addressAt } from "../api/at";
import { asProblem } from "../api/problem";
import { upload, type Upload } from "../api/upload";
import { problemText } from "../ui/problem_text";
import { person } from "./person";

export interface Photo {
  readonly id: number;
  readonly name: string;
  readonly state: "waiting" | "sending" | "failed";
  readonly share: number;
  readonly problem: string | null;
  /** Trying again helps: nobody answered. What the service refused it refuses again. */
  readonly again: boolean;
}

interface Kept {
  readonly file: File;
  photo: Photo;
}

export class PhotoQueue {
  readonly #order: string;
  readonly #arrived: () => void;
  readonly #photos = signal<readonly Photo[]>([]);
  readonly #kept = new Map<number, Kept>();
  readonly #online = (): void => { this.retryAll(); };
  #last = 0;
  #sending: Upload | null = null;

  constructor(order: string, arrived: () => void) {
    this.#order = order;
    this.#arrived = arrived;
    addEventListener("online", this.#online);
  }

  get photos(): ReadonlySignal<readonly Photo[]> {
    return this.#photos;
  }

  add(files: Iterable<File>): void {
    for (const file of files) {
      const id = (this.#last += 1);
      this.#kept.set(id, { file, photo: { id, name: file.name, state: "waiting", share: 0, problem: null, again: true } });
    }
    this.#show();
    void this.#work();
  }

  retry(id: number): void {
    this.#change(id, { state: "waiting", share: 0, problem: null });
    void this.#work();
  }

  retryAll(): void {
    for (const { photo } of [...this.#kept.values()]) if (photo.state === "failed" && photo.again) this.retry(photo.id);
  }

  drop(id: number): void {
    this.#kept.delete(id);
    this.#show();
  }

  close(): void {
    removeEventListener("online", this.#online);
    this.#kept.clear();
    this.#sending?.stop();
  }

  async #work(): Promise<void> {
    if (this.#sending !== null) return;
    const next = [...this.#kept.values()].find(({ photo }) => photo.state === "waiting");
    if (next === undefined) return;
    const { id } = next.photo;
    this.#change(id, { state: "sending" });
    const address = addressAt(["work-orders", ...this.#order.split("/"), "photos"], { by: person.peek(), name: next.file.name });
    this.#sending = upload(address, next.file, (share) => { this.#change(id, { share }); });
    try {
      await this.#sending.done;
      this.#kept.delete(id);
      this.#show();
      this.#arrived();
    } catch (error) {
      this.#change(id, { state: "failed", problem: problemText(error), again: asProblem(error).kind === "unreachable" });
    }
    this.#sending = null;
    void this.#work();
  }

  #change(id: number, change: Partial<Photo>): void {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    kept.photo = { ...kept.photo, ...change };
    this.#show();
  }

  #show(): void {
    this.#photos.value = [...this.#kept.values()].map(({ photo }) => photo);
  }
}
