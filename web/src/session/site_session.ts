/**
 * Everything that follows one site while it is on the screen: its registry, its live values, what is derived of them.
 *
 *   stream --snapshot, values--> LiveValues --> cells, census (1 s), power figures
 *          --event-------------> device.status: connectivity   registry.changed: registry anew   ingest.*: health anew
 *                                energy.interval_closed: closings   alarm.*: alarms   work_order.*: orders
 *
 * Opened once for a site and closed when another one is chosen. It shows nothing; pages read its signals.
 */
import { effect, signal, untracked, type ReadonlySignal } from "@preact/signals";
import { AlarmBook } from "../alarms/book";
import { apiAddress } from "../api/client";
import type { Site } from "../api/types";
import { followCensus, registeredConnectivity, type Census, type ConnectivityByDevice } from "../devices/census";
import { ServiceHealth } from "../health/service_health";
import { learnServerTime, now_ms, startClock } from "../live/clock";
import { StreamConnection } from "../live/connection";
import type { StreamEvent } from "../live/event_stream";
import { readFrame, type HappenedEvent } from "../live/frames";
import { ALL_HEARD, type Hearing } from "../live/hearing";
import { LiveValues } from "../live/values";
import { PowerBoard } from "../power/board";
import { loadSiteModel } from "../registry/load";
import type { SiteModel } from "../registry/site_model";
import { OrderBook } from "../work_orders/book";
import { Resource } from "./resource";

/** What is derived of one state of the registry; built anew when the registry changes. */
export interface SiteView {
  readonly model: SiteModel;
  readonly census: ReadonlySignal<Census>;
  readonly power: PowerBoard;
}

/** As long as any value may be silent before it is stale (live/freshness.ts). */
const LOST_AFTER_MS = 15_000;

export class SiteSession {
  readonly code: string;
  readonly values = new LiveValues();
  readonly health = new ServiceHealth();
  readonly alarms: AlarmBook;
  readonly orders: OrderBook;
  readonly registry: Resource<SiteModel>;
  readonly connection: StreamConnection;
  /** The server's time of the newest frame; null before the first. */
  readonly heard_ms = signal<number | null>(null);
  /** How often quarter hours of energy were closed at the site since it was opened. */
  readonly closings = signal(0);
  readonly #view = signal<SiteView | null>(null);
  readonly #snapshots = signal(0);
  readonly #connectivity = signal<ConnectivityByDevice>(new Map());
  readonly #stops: (() => void)[] = [];
  #hearing = ALL_HEARD;

  constructor(site: Site) {
    this.code = site.code;
    this.alarms = new AlarmBook(site.code);
    this.orders = new OrderBook(site.code);
    this.registry = new Resource(() => loadSiteModel(site));
    this.connection = new StreamConnection(apiAddress("/api/v1/live/stream", { site: site.code }), (event) => { this.#receive(event); });
  }

  get view(): ReadonlySignal<SiteView | null> {
    return this.#view;
  }

  open(): void {
    this.connection.open();
    this.health.start();
    this.alarms.start();
    void this.registry.load();
    const online = (): void => { this.connection.retryNow(); };
    addEventListener("online", online);
    this.#stops.push(
      startClock(),
      effect(() => { this.#noticeDeafness(); }),
      effect(() => { this.#take(this.registry.state.value.value); }),
      effect(() => {
        const view = this.#view.value;
        if (view?.power.tick(now_ms.value) === true) fillCourses(view);
      }),
      () => { removeEventListener("online", online); },
    );
  }

  close(): void {
    this.connection.close();
    this.health.stop();
    this.alarms.stop();
    this.orders.stop();
    this.registry.stop();
    for (const stop of this.#stops.splice(0)) stop();
  }

  #take(model: SiteModel | null): void {
    if (model === null || model === this.#view.peek()?.model) return;
    this.#connectivity.value = registeredConnectivity(model);
    const view = {
      model,
      census: followCensus(model, this.values, this.#connectivity, this.#snapshots),
      power: untracked(() => new PowerBoard(model, this.values)),
    };
    this.#view.value = view;
    fillCourses(view);
  }

  #receive(event: StreamEvent): void {
    const frame = readFrame(event);
    if (frame === null) return;
    if (frame.frame === "event") {
      this.#happened(frame.event);
      return;
    }
    learnServerTime(frame.at_ms);
    if (frame.frame !== "values") this.#hear(frame.hearing);
    if (frame.frame !== "hearing") this.values.offer(frame.values, frame.at_ms);
    if (frame.frame === "snapshot") {
      this.connection.startAfter(frame.cursor);
      this.values.apply();
      // While the stream was away its events may have been more than it resumes with.
      if (this.#snapshots.peek() > 0) {
        this.alarms.renew();
        this.orders.renew();
      }
      this.#snapshots.value += 1;
    }
    this.heard_ms.value = frame.at_ms;
  }

  #hear(hearing: Hearing): void {
    this.#hearing = hearing;
    this.values.hear(hearing);
  }

  /** A page that has lost the server for a while cannot know whether anything holds; the next snapshot says again. */
  #noticeDeafness(): void {
    const lost = this.connection.state.value.kind !== "live" && now_ms.value - (this.heard_ms.value ?? Infinity) > LOST_AFTER_MS;
    if (lost && this.#hearing.listening) untracked(() => { this.#hear({ ...this.#hearing, listening: false }); });
  }

  #happened(event: HappenedEvent): void {
    const device = event.subject.split("/")[1];
    if (event.kind === "device.status" && device !== undefined) {
      const online = event.payload["online"] === true;
      this.#connectivity.value = new Map(this.#connectivity.peek()).set(device, { online, since_ms: event.at_ms });
      // Devices behind a gateway come and go with it; what that makes of each of them is the service's to say.
      if (this.#view.peek()?.model.devices.some((other) => other.device.gateway === device) === true) void this.registry.load();
    } else if (event.kind === "registry.changed") {
      void this.registry.load();
    } else if (event.kind.startsWith("alarm.")) {
      this.alarms.happened(event);
    } else if (event.kind.startsWith("work_order.")) {
      this.orders.happened();
    } else if (event.kind.startsWith("ingest.")) {
      void this.health.ask();
    } else if (event.kind === "energy.interval_closed" && Object.hasOwn(Object(event.payload["sites"]) as object, this.code)) {
      this.closings.value += 1;
    }
  }
}

function fillCourses(view: SiteView): void {
  // Without stored readings the courses simply begin now; the page's other requests say what is wrong.
  void view.power.fill().catch(() => undefined);
}
