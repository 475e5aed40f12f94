/**
 * The orders of a site that are not over, kept current, and the news that anything about orders has moved.
 *
 *   stream: work_order.*  --(settles)-->  renewed  -->  the list, and whatever order is open, are asked for again
 *
 * An event tells the head of an order, but not who may do what next; so the list is asked for again, half a second after the first of
 * several. It is asked for first when a page of orders opens: who never looks at orders never asks.
 */
import { signal } from "@preact/signals";
import { askRowsAt } from "../api/at";
import { Resource } from "../session/resource";
import type { Order } from "./model";

const SETTLED_MS = 500;
const EACH_MS = 60_000;

export class OrderBook {
  readonly list: Resource<readonly Order[]>;
  /** How often anything about orders was to be asked for anew. */
  readonly renewed = signal(0);
  #wanted = false;
  #soon: ReturnType<typeof setTimeout> | undefined;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(site: string) {
    this.list = new Resource(() => askRowsAt<Order>(["work-orders"], { site }));
  }

  /** A page that shows the list is open. */
  want(): void {
    this.#wanted = true;
    void this.list.load();
    this.#timer ??= setInterval(() => {
      if (!document.hidden) this.renew();
    }, EACH_MS);
  }

  stop(): void {
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    this.#timer = undefined;
    this.#soon = undefined;
    this.list.stop();
  }

  renew(): void {
    this.renewed.value += 1;
    if (this.#wanted) void this.list.load();
  }

  /** An event of the stream of kind `work_order.*`. */
  happened(): void {
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.renew();
    }, SETTLED_MS);
  }
}
