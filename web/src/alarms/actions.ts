/**
 * What a person does about alarms, and what came of it: one answer for each alarm, in words where it was refused.
 *
 * Every action can be taken back (`UNDO`) except acknowledging and resetting: to have seen something cannot be undone.
 */
import { asProblem } from "../api/problem";
import { ASKING, type Alarm } from "./model";
import { order, pathOf } from "./request";

export const ACTIONS = ["acknowledge", "shelve", "unshelve", "remove-from-service", "return-to-service", "reset"] as const;
export type Action = (typeof ACTIONS)[number];

export const UNDO: Partial<Record<Action, Action>> = { shelve: "unshelve", "remove-from-service": "return-to-service" };

export const SHELVE_MINUTES = [15, 60, 240, 480, 1440] as const;

export interface ActionForm {
  readonly comment: string;
  readonly minutes: number;
  readonly one_shot: boolean;
}

export interface Refused {
  readonly alarm: Alarm;
  readonly why: string;
}

export interface Outcome {
  readonly action: Action;
  readonly done: readonly Alarm[];
  readonly refused: readonly Refused[];
}

/** The API has the last word; this is only what is offered. */
export function isPossible(action: Action, { state }: Pick<Alarm, "state">): boolean {
  switch (action) {
    case "acknowledge":
      return ASKING.has(state);
    case "shelve":
      return state !== "shelved" && state !== "out_of_service";
    case "unshelve":
      return state === "shelved";
    case "remove-from-service":
      return state !== "out_of_service";
    case "return-to-service":
      return state === "out_of_service";
    case "reset":
      return state === "latched_acknowledged";
  }
}

/** Who has to answer for silence says why. */
export function needsComment(action: Action): boolean {
  return action === "shelve" || action === "remove-from-service";
}

interface ManyDone {
  readonly acknowledged: readonly string[];
  readonly refused: readonly { readonly alarm: string; readonly why: string }[];
}

export async function act(action: Action, alarms: readonly Alarm[], form: ActionForm): Promise<Outcome> {
  return action === "acknowledge" && alarms.length > 1 ? acknowledgeMany(alarms, form.comment) : oneByOne(action, alarms, form);
}

/** A storm is acknowledged in one request. */
async function acknowledgeMany(alarms: readonly Alarm[], comment: string): Promise<Outcome> {
  try {
    const came = await order<ManyDone>("POST", "alarms/acknowledge", { alarms: alarms.map(({ alarm }) => alarm), comment });
    const done = new Set(came.acknowledged);
    const refused = new Map(came.refused.map(({ alarm, why }) => [alarm, why]));
    return {
      action: "acknowledge",
      done: alarms.filter(({ alarm }) => done.has(alarm)),
      refused: alarms.flatMap((alarm) => (refused.has(alarm.alarm) ? [{ alarm, why: refused.get(alarm.alarm) ?? "" }] : [])),
    };
  } catch (error) {
    const why = asProblem(error).message;
    return { action: "acknowledge", done: [], refused: alarms.slice(0, 1).map((alarm) => ({ alarm, why })) };
  }
}

async function oneByOne(action: Action, alarms: readonly Alarm[], form: ActionForm): Promise<Outcome> {
  const done: Alarm[] = [];
  const refused: Refused[] = [];
  for (const alarm of alarms) {
    try {
      await order("POST", `alarms/${pathOf(alarm.alarm)}/${action}`, bodyOf(action, form));
      done.push(alarm);
    } catch (error) {
      refused.push({ alarm, why: asProblem(error).message });
    }
  }
  return { action, done, refused };
}

function bodyOf(action: Action, { comment, minutes, one_shot }: ActionForm): object {
  return action === "shelve" ? { minutes, comment, one_shot } : { comment };
}
