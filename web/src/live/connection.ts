/**
 * The connection to the live stream: open it, notice when it dies, wait, resume.
 *
 *   connecting --200--> live --closed, silent for 40 s--> waiting --retry_at--> connecting (Last-Event-ID: cursor)
 *        \---refused, unreachable-----------------------> waiting
 *
 * The server sends a heartbeat each 15 s, so 40 s without a byte means a dead line, whatever TCP believes. The cursor
 * is the last event's id, or the snapshot's; it is sent back on reconnecting and the server resumes after it.
 */
import { signal, type ReadonlySignal } from "@preact/signals";
import { retryDelay_s } from "./backoff";
import { EventStreamParser, type StreamEvent } from "./event_stream";

export type ConnectionState =
  | { readonly kind: "connecting"; readonly attempt: number }
  | { readonly kind: "live"; readonly since_ms: number }
  | { readonly kind: "waiting"; readonly attempt: number; readonly retry_at_ms: number; readonly status: number | null };

const SILENCE_LIMIT_MS = 40_000;

export class StreamConnection {
  readonly #url: string;
  readonly #receive: (event: StreamEvent) => void;
  readonly #state = signal<ConnectionState>({ kind: "connecting", attempt: 1 });
  #cursor: string | null = null;
  #attempt = 1;
  #abort: AbortController | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #closed = false;

  constructor(url: string, receive: (event: StreamEvent) => void) {
    this.#url = url;
    this.#receive = receive;
  }

  get state(): ReadonlySignal<ConnectionState> {
    return this.#state;
  }

  /** The reader of a snapshot says where following starts; an event's own id moves it on by itself. */
  startAfter(cursor: string): void {
    this.#cursor = cursor;
  }

  open(): void {
    this.#closed = false;
    void this.#connect();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#abort?.abort();
  }

  /** Somebody pressed "try now", or the computer found its network again. */
  retryNow(): void {
    if (this.#state.peek().kind !== "waiting" || this.#closed) return;
    clearTimeout(this.#timer);
    void this.#connect();
  }

  async #connect(): Promise<void> {
    this.#state.value = { kind: "connecting", attempt: this.#attempt };
    const abort = new AbortController();
    this.#abort = abort;
    let status: number | null = null;
    try {
      const headers: Record<string, string> = { accept: "text/event-stream" };
      if (this.#cursor !== null) headers["last-event-id"] = this.#cursor;
      const response = await fetch(this.#url, { headers, cache: "no-store", signal: abort.signal });
      status = response.status;
      if (response.ok && response.body !== null) await this.#read(response.body, abort);
    } catch {
      // Refused, cut or aborted: all the same from here. The state says so and the next attempt is scheduled below.
    }
    if (!this.#closed) this.#wait(status);
  }

  async #read(body: ReadableStream<Uint8Array>, abort: AbortController): Promise<void> {
    this.#state.value = { kind: "live", since_ms: Date.now() };
    const parser = new EventStreamParser();
    const reader = body.getReader();
    const decoder = new TextDecoder();
    let watch: ReturnType<typeof setTimeout> | undefined;
    try {
      for (;;) {
        clearTimeout(watch);
        watch = setTimeout(() => { abort.abort(); }, SILENCE_LIMIT_MS);
        const { done, value } = await reader.read();
        if (done) return;
        this.#attempt = 1;
        for (const event of parser.push(decoder.decode(value, { stream: true }))) {
          if (event.id !== null) this.#cursor = event.id;
          this.#receive(event);
        }
      }
    } finally {
      clearTimeout(watch);
      abort.abort();
    }
  }

  #wait(status: number | null): void {
    const delay_ms = retryDelay_s(this.#attempt, Math.random()) * 1000;
    this.#state.value = { kind: "waiting", attempt: this.#attempt, retry_at_ms: Date.now() + delay_ms, status };
    this.#attempt += 1;
    this.#timer = setTimeout(() => void this.#connect(), delay_ms);
  }
}
