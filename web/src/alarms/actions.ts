/**
 * What a person does about alarms, and what came of it: one answer for each alarm, in words where it was refused.
 *
 * Every action can be taken back (`UNDO`) except acknowledging and resetting: to have seen something cannot be undone.
 */
import { send } from "../api/client";
import { asProblem } from "../api/problem";
import { problemText } from "../ui/problem_text";
import { partsOf } from "./addresses";
import { ASKING, type Alarm } from "./model";

export const ACTIONS = ["acknowledge", "shelve", "unshelve", "remove-from-service", "return-to-service", "reset"] as const;
export type Action = (typeof ACTIONS)[number];

export const UNDO: Partial<Record<Action, Action>> = { shelve: "unshelve", "remove-from-service": "return-to-service" };

/** None above what the API accepts unless it is set otherwise (8 h); where it accepts less, its refusal says how long. */
export const SHELVE_MINUTES = [15, 60, 240, 480] as const;

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

/** So many are acknowledged in one request at most. */
const MOST_AT_ONCE = 1000;

export function act(action: Action, alarms: readonly Alarm[], form: ActionForm): Promise<Outcome> {
  return action === "acknowledge" && alarms.length > 1 ? acknowledgeMany(alarms, form.comment) : oneByOne(action, alarms, form);
}

/** A storm is acknowledged in one request, not in hundreds. */
async function acknowledgeMany(alarms: readonly Alarm[], comment: string): Promise<Outcome> {
  const done = new Set<string>();
  const refused = new Map<string, string>();
  for (let first = 0; first < alarms.length; first += MOST_AT_ONCE) {
    const some = alarms.slice(first, first + MOST_AT_ONCE).map(({ alarm }) => alarm);
    try {
      const came = await send("/api/v1/alarms/acknowledge", {}, { alarms: some, comment });
      for (const alarm of came.acknowledged) done.add(alarm);
      for (const { alarm, why } of came.refused) refused.set(alarm, why);
    } catch (error) {
      refused.set(some[0] ?? "", problemText(error));
      break;
    }
  }
  return { action: "acknowledge", done: alarms.filter(({ alarm }) => done.has(alarm)), refused: refusals(alarms, refused) };
}

async function oneByOne(action: Action, alarms: readonly Alarm[], form: ActionForm): Promise<Outcome> {
  const done: Alarm[] = [];
  const refused = new Map<string, string>();
  for (const alarm of alarms) {
    try {
      await order(action, alarm, form);
      done.push(alarm);
    } catch (error) {
      refused.set(alarm.alarm, problemText(error));
      if (asProblem(error).kind === "unreachable") break; // nobody is there for the others either
    }
  }
  return { action, done, refused: refusals(alarms, refused) };
}

function refusals(alarms: readonly Alarm[], why: ReadonlyMap<string, string>): Refused[] {
  return alarms.flatMap((alarm) => (why.has(alarm.alarm) ? [{ alarm, why: why.get(alarm.alarm) ?? "" }] : []));
}

async function order(action: Action, { alarm }: Alarm, { comment, minutes, one_shot }: ActionForm): Promise<void> {
  const parts = partsOf(alarm);
  if (action === "shelve") await send("/api/v1/alarms/{site}/{rule}/{subject}/shelve", parts, { minutes, comment, one_shot });
  else await send(`/api/v1/alarms/{site}/{rule}/{subject}/${action}`, parts, { comment });
}
