/**
 * Every alarm of a site and of the service itself that is not normal, kept current.
 *
 *   GET alarms ---> book <--- stream: alarm.raise, alarm.acknowledge ... (each tells the whole new state of one alarm)
 *
 * An event is shown at once. It does not carry everything (who acknowledged when, evidence of causes), so a few seconds after
 * the first of several the list is asked for again; so it is after the stream was away, and each minute. What else is looked at
 * of alarms (one in full, histories, figures) is asked for with it and not at each event: a storm has hundreds.
 */
import { computed, signal, type ReadonlySignal } from "@preact/signals";
import { askAll } from "../api/client";
import type { RequestProblem } from "../api/problem";
import { serverNow_ms } from "../live/clock";
import type { HappenedEvent } from "../live/frames";
import { Resource } from "../session/resource";
import { alarmAfter } from "./event";
import { byWorst, countsOf, isOfService, type Alarm, type Counts } from "./model";

const SETTLED_MS = 2500;
const EACH_MS = 60_000;

export interface Book {
  /** null before the first answer. */
  readonly alarms: readonly Alarm[] | null;
  readonly problem: RequestProblem | null;
  /** When the list was last known to be complete, by the server's clock. */
  readonly at_ms: number | null;
}

interface Stored {
  readonly alarms: ReadonlyMap<string, Alarm>;
  /** What the stream had told when the list was asked for: the answer has it, or what came after it. */
  readonly answered: ReadonlyMap<string, Alarm | null>;
  readonly at_ms: number;
}

export class AlarmBook {
  readonly #stored: Resource<Stored>;
  /** What the stream told last of each alarm; null: normal again. */
  readonly #told = signal<ReadonlyMap<string, Alarm | null>>(new Map());
  /** How often everything was to be asked for anew. */
  readonly renewed = signal(0);
  readonly #book: ReadonlySignal<Book>;
  readonly counts: ReadonlySignal<{ readonly site: Counts; readonly service: readonly Alarm[] } | null>;
  #soon: ReturnType<typeof setTimeout> | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(site: string) {
    this.#stored = new Resource(async () => {
      const asked = this.#told.peek();
      const at_ms = serverNow_ms();
      const [own, service] = await Promise.all([askAll("/api/v1/alarms", { site }), askAll("/api/v1/alarms", { site: "service" })]);
      return { alarms: new Map([...own, ...service].map((alarm) => [alarm.alarm, alarm])), answered: asked, at_ms };
    });
    this.#book = computed(() => {
      const { value, problem } = this.#stored.state.value;
      return { alarms: value === null ? null : merged(value, this.#told.value), problem, at_ms: value?.at_ms ?? null };
    });
    this.counts = computed(() => {
      const { alarms } = this.#book.value;
      if (alarms === null) return null;
      return { site: countsOf(alarms.filter((alarm) => !isOfService(alarm))), service: alarms.filter(isOfService) };
    });
  }

  get book(): ReadonlySignal<Book> {
    return this.#book;
  }

  start(): void {
    void this.#stored.load();
    this.#timer = setInterval(() => {
      if (!document.hidden) this.renew();
    }, EACH_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    this.#soon = undefined;
    this.#stored.stop();
  }

  /** Asks again, and so does whoever shows more of alarms than the list. */
  renew(): void {
    this.renewed.value += 1;
    void this.#stored.load();
  }

  /** An event of the stream of kind `alarm.*`. */
  happened(event: HappenedEvent): void {
    const after = alarmAfter(event, this.#known(event.subject));
    if (after !== undefined) this.#told.value = new Map(this.#told.peek()).set(event.subject, after);
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.renew();
    }, SETTLED_MS);
  }

  /** One alarm as the book has it; the book itself would be put in order anew for each event of a storm. */
  #known(alarm: string): Alarm | undefined {
    const stored = this.#stored.state.peek().value;
    const told = this.#told.peek().get(alarm);
    return told !== undefined && stored?.answered.get(alarm) !== told ? (told ?? undefined) : stored?.alarms.get(alarm);
  }
}

/** What the stream told while the question was under way may be newer than the answer and wins; what it told before is in it. */
function merged({ alarms, answered }: Stored, told: ReadonlyMap<string, Alarm | null>): readonly Alarm[] {
  const all = new Map<string, Alarm | null>(alarms);
  for (const [alarm, after] of told) if (answered.get(alarm) !== after) all.set(alarm, after);
  return [...all.values()].filter((alarm) => alarm !== null).sort(byWorst);
}
