import { afterEach, beforeEach, expect, it, vi } from "vitest";
import type { HappenedEvent } from "../live/frames";
import { AlarmBook } from "./book";

const RAISED: HappenedEvent = {
  kind: "alarm.raise",
  subject: "works/pressure-high/comp-1",
  at_ms: Date.parse("2026-11-23T06:00:01Z"),
  payload: { subject: "comp-1", state: "unacknowledged", event: "raise", priority: "high", at: "2026-11-23T06:00:00Z", raised_at: "2026-11-23T06:00:00Z" },
};

/** Each question waits until it is answered here: with an empty list, or not at all. */
const waiting: ((answer: Response | Error) => void)[] = [];
const settled = (): Promise<void> => new Promise((resolve) => { setTimeout(resolve, 0); });
async function answer(first: number, count: number, reply: () => Response | Error): Promise<void> {
  for (const one of waiting.splice(first, count)) one(reply());
  await settled();
}
const empty = (): Response => new Response(JSON.stringify({ items: [], next: null }));

beforeEach(() => {
  vi.stubGlobal("document", { baseURI: "http://console.test/", hidden: false });
  vi.stubGlobal("fetch", () => new Promise<Response>((resolve, reject) => {
    waiting.push((reply) => { if (reply instanceof Error) reject(reply); else resolve(reply); });
  }));
});
afterEach(() => {
  waiting.length = 0;
  vi.unstubAllGlobals();
});

it("keeps what the stream told until an answer that has it is taken", async () => {
  const book = new AlarmBook("works");
  const listed = (): readonly string[] | undefined => book.book.value.alarms?.map(({ alarm }) => alarm);
  book.renew();
  await answer(0, 2, empty);
  expect(listed()).toEqual([]);
  book.happened(RAISED);
  expect(listed()).toEqual([RAISED.subject]);
  book.renew(); // overtaken by the next one: its answer does not count
  book.renew();
  await answer(0, 2, empty);
  expect(listed()).toEqual([RAISED.subject]);
  await answer(0, 2, () => new Error("nobody is there"));
  expect(listed()).toEqual([RAISED.subject]);
  book.renew();
  await answer(0, 2, empty); // by now it is over
  expect(listed()).toEqual([]);
  book.stop();
});

it("asks once for all that a storm tells", () => {
  vi.useFakeTimers();
  const book = new AlarmBook("works");
  for (let number = 0; number < 500; number += 1) book.happened({ ...RAISED, subject: `works/pressure-high/comp-${number}` });
  expect(book.renewed.value).toBe(0);
  vi.advanceTimersByTime(2500);
  expect(book.renewed.value).toBe(1);
  expect(waiting).toHaveLength(2); // those of the site and those of the service
  book.stop();
  vi.useRealTimers();
});
