import { Prng } from "./prng";
import { IN_CONTAINER, type Round } from "./scenario";

const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;
/** How far a machine's clock may be wrong. */
const CLOCKS = [-DAY, -10 * MINUTE, 10 * MINUTE, DAY, 365 * DAY];

export function drawClock(random: Prng): number {
  return random.pick(CLOCKS);
}

/**
 * Puts a round on another machine: one whose clock is wrong, or a container. Uses a separate random source: the rest of a
 * scenario is the same without it.
 */
export function onMachine(round: Round, seed: number, deal: number): Round {
  const random = new Prng(Math.imul(seed, 15_485_863) + deal);
  const isContained = random.chance(50);
  const isWrong = random.chance(30);
  const { deadly } = round;
  return {
    ...round,
    ...(isContained && deadly?.kind === "plugin killed" && { deadly: { ...deadly, kind: IN_CONTAINER } }),
    ...(isWrong && { clockMs: drawClock(random) }),
  };
}
