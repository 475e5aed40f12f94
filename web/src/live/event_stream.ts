/**
 * Server-sent events out of text: pieces in, whole events out.
 *
 *   "id: 7\nevent: va" + "lues\ndata: {...}\n\n" + ": heartbeat\n\n"   ->   [{ id: "7", kind: "values", data: "{...}" }]
 *
 * The browser's own EventSource hides comments (so a dead connection cannot be told from a quiet one), status codes
 * and the time of its next attempt; an operator needs all three. This is the parsing half, after the HTML standard's
 * section 9.2.6; the connection is in connection.ts. It refuses to interpret data.
 */
export interface StreamEvent {
  readonly kind: string;
  readonly data: string;
  /** The event's own id, or null: a value frame has none and must not move the cursor. */
  readonly id: string | null;
}

export class EventStreamParser {
  #rest = "";
  #kind = "";
  #data: string[] = [];
  #id: string | null = null;

  push(text: string): StreamEvent[] {
    const lines = (this.#rest + text).split(/\r\n|\n|\r(?!$)/);
    this.#rest = lines.pop() ?? "";
    const events: StreamEvent[] = [];
    for (const line of lines) {
      if (line === "") this.#dispatch(events);
      else this.#field(line);
    }
    return events;
  }

  #field(line: string): void {
    const colon = line.indexOf(":");
    if (colon === 0) return; // a comment: the heartbeat
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + (line.charAt(colon + 1) === " " ? 2 : 1));
    if (name === "event") this.#kind = value;
    else if (name === "data") this.#data.push(value);
    else if (name === "id" && !value.includes("\0")) this.#id = value;
  }

  #dispatch(events: StreamEvent[]): void {
    if (this.#data.length > 0) events.push({ kind: this.#kind || "message", data: this.#data.join("\n"), id: this.#id });
    this.#kind = "";
    this.#data = [];
    this.#id = null;
  }
}
