import { describe, expect, it } from "vitest";
import { EventStreamParser } from "./event_stream";

const TEXT = 'event: snapshot\ndata: {"a":1}\n\n: heartbeat\n\nid: 42\nevent: event\ndata: one\ndata: two\n\n';
const EVENTS = [
  { kind: "snapshot", data: '{"a":1}', id: null },
  { kind: "event", data: "one\ntwo", id: "42" },
];

describe("events come out whole", () => {
  it("however the text is cut", () => {
    for (let size = 1; size <= TEXT.length; size += 1) {
      const parser = new EventStreamParser();
      const events = [];
      for (let start = 0; start < TEXT.length; start += size) events.push(...parser.push(TEXT.slice(start, start + size)));
      expect(events).toEqual(EVENTS);
    }
  });

  it("with carriage returns, cut in their middle", () => {
    const parser = new EventStreamParser();
    const text = TEXT.replaceAll("\n", "\r\n");
    const events = Array.from(text).flatMap((letter) => parser.push(letter));
    expect(events).toEqual(EVENTS);
  });

  it("not before their empty line", () => {
    expect(new EventStreamParser().push("data: half\n")).toEqual([]);
  });

  it("without one when there is no data: a heartbeat is not an event", () => {
    expect(new EventStreamParser().push(": still here\n\nevent: values\n\n")).toEqual([]);
  });
});
