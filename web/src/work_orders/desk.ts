/** One order as its page works with it: what is known of it, and how something is done to it. */
import { useMemo } from "preact/hooks";
import { sendAt, type Parts } from "../api/at";
import { problemText } from "../ui/problem_text";
import { signed } from "./person";
import type { OrderRecord } from "./record";

export interface OrderDesk {
  readonly record: OrderRecord;
  /** Sends a step below the order's address, signed by who acts; gives what is wrong in words, else null. */
  readonly tell: (method: "POST" | "PUT", parts: Parts, body?: object) => Promise<string | null>;
  /** Something has changed: everything is asked for again. */
  readonly renew: () => void;
}

export function useOrderDesk(record: OrderRecord, renew: () => void): OrderDesk {
  return useMemo(() => ({
    record,
    renew,
    tell: async (method: "POST" | "PUT", parts: Parts, body: object = {}): Promise<string | null> => {
      try {
        await sendAt(method, ["work-orders", record.site, record.number, ...parts], signed(body));
      } catch (error) {
        renew(); // what was shown may be old: somebody else was quicker
        return problemText(error);
      }
      renew();
      return null;
    },
  }), [record, renew]);
}

/** Whether the order can still be worked on. */
export function isAtWork({ state }: Pick<OrderRecord, "state">): boolean {
  return state === "open" || state === "assigned" || state === "in_progress" || state === "on_hold";
}
