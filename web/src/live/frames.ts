/**
 * The four frames of the live stream, out of their JSON.
 *
 *   snapshot  { cursor, at, hearing, values: [[id, time_ms, value], ...] }    everything known, first and after each reconnect
 *   hearing   { at, hearing: { listening, lost: [[device, since_ms], ...] } }    whether values can be taken as true now
 *   values    { at, values }                                         what moved, at most four times a second
 *   event     { kind, subject, at, payload }                         something people see at once; has an SSE id
 *
 * The shapes are the server's promise and are checked once here; a frame of an unknown kind is left out, so that a
 * newer server can add one.
 */
import type { StreamEvent } from "./event_stream";
import { ALL_HEARD, type Hearing } from "./hearing";
import type { WireValue } from "./values";

export interface HappenedEvent {
  readonly kind: string;
  readonly subject: string;
  readonly at_ms: number;
  readonly payload: Readonly<Record<string, unknown>>;
}

export type Frame =
  | { readonly frame: "snapshot"; readonly cursor: string; readonly at_ms: number; readonly hearing: Hearing; readonly values: readonly WireValue[] }
  | { readonly frame: "hearing"; readonly at_ms: number; readonly hearing: Hearing }
  | { readonly frame: "values"; readonly at_ms: number; readonly values: readonly WireValue[] }
  | { readonly frame: "event"; readonly event: HappenedEvent };

export function readFrame(event: StreamEvent): Frame | null {
  const data = parse(event.data);
  const at_ms = Date.parse(String(data?.["at"]));
  if (data === null || Number.isNaN(at_ms)) return null;
  switch (event.kind) {
    case "snapshot":
      return { frame: "snapshot", cursor: String(data["cursor"]), at_ms, hearing: readHearing(data["hearing"]), values: wireValues(data["values"]) };
    case "hearing":
      return { frame: "hearing", at_ms, hearing: readHearing(data["hearing"]) };
    case "values":
      return { frame: "values", at_ms, values: wireValues(data["values"]) };
    case "event":
      return {
        frame: "event",
        event: { kind: String(data["kind"]), subject: String(data["subject"]), at_ms, payload: record(data["payload"]) ?? {} },
      };
    default:
      return null;
  }
}

function parse(text: string): Record<string, unknown> | null {
  try {
    return record(JSON.parse(text));
  } catch {
    return null;
  }
}

function record(value: unknown): Record<string, unknown> | null {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
}

/** A server that says nothing of it is taken to hear everything. */
function readHearing(value: unknown): Hearing {
  const given = record(value);
  if (given === null) return ALL_HEARD;
  const lost = Array.isArray(given["lost"]) ? given["lost"] : [];
  return { listening: given["listening"] !== false, lost_ms: new Map(lost.filter(isLost)) };
}

function isLost(entry: unknown): entry is [string, number] {
  return Array.isArray(entry) && typeof entry[0] === "string" && typeof entry[1] === "number";
}

function wireValues(value: unknown): readonly WireValue[] {
  return Array.isArray(value) ? value.filter(isWireValue) : [];
}

function isWireValue(entry: unknown): entry is WireValue {
  return Array.isArray(entry) && typeof entry[0] === "string" && typeof entry[1] === "number" && typeof entry[2] === "number";
}
