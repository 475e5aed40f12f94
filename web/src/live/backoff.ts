/**
 * How long to wait before the next attempt to connect: 1, 2, 4, 8, 15, 15 ... seconds, each shortened by up to a
 * quarter at random, so that the screens of a whole plant do not return in the same instant after a restart.
 */
const FIRST_S = 1;
const LONGEST_S = 15;
const SPREAD = 0.25;

/** `attempt` counts from 1; `chance` is a number in [0, 1). */
export function retryDelay_s(attempt: number, chance: number): number {
  const full_s = Math.min(LONGEST_S, FIRST_S * 2 ** (attempt - 1));
  return full_s * (1 - SPREAD * chance);
}
