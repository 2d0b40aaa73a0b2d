import { GONE, makeFault, ON_CREATE_KINDS } from "./fault-kinds";
import { drawClock } from "./machine";
import { MOMENTS, momentOf } from "./moments";
import type { Prng } from "./prng";
import type { Change } from "./program";
import {
  CLOCK_JUMPS,
  DEADLY,
  type Deadly,
  IN_CONTAINER,
  KILLED_ELSEWHERE,
  LIST_LAGS,
  NEW_KEY_UNUSABLE,
  QUIET,
  REQUEST_TIMEOUT_MS,
  type Round,
  TWO_STACKS,
  WRONG_ACCOUNT,
} from "./scenario";

/** The subject of a focused run that is not one kind of fault. */
export const ROTATION = "plugin killed during a rotation";
export const FOCI = [...ON_CREATE_KINDS, GONE, ROTATION];

/** Creates keys, rotates all of them and kills the plugin during that, then changes other things. */
export function rotationRound(random: Prng, change: Change, number: number): Round {
  const round = quietRound(random, change);
  if (number !== 1) return { ...round, repair: "up" };
  const deadly = { kind: "plugin killed", moment: "committed", waitMs: random.int(0, 150) } as const;
  return { ...round, deadly, withoutOrphans: true };
}

/** One kind of fault hits every key that is created or read, and nothing else happens. */
export function focusedRound(
  random: Prng,
  change: Change,
  { isFresh }: { readonly isFresh: boolean },
  focus: string,
): Round {
  const reads = focus === GONE;
  const names = reads ? change.program.map(({ name }) => name) : change.made;
  const operation = reads ? "getKey" : "createKey";
  const faults = names.map((name) =>
    makeFault(focus, { operation, keyName: `${name}-` }, 1, { random, requestTimeoutMs: REQUEST_TIMEOUT_MS }),
  );
  return {
    ...quietRound(random, change),
    operation: reads && !isFresh ? "refresh" : "up",
    replace: reads ? [] : change.replace,
    faults: reads && isFresh ? [] : faults,
    listLagMs: focus === LIST_LAGS ? 30_000 : 0,
  };
}

/** An `up` without faults. */
function quietRound(random: Prng, { program }: Change): Round {
  return {
    program,
    operation: "up",
    replace: [],
    continueOnError: random.chance(40),
    faults: [],
    listLagMs: 0,
    unusableMs: 0,
    wrongAccount: false,
    repair: random.pick(["up", "up", "refresh, up", "up --refresh", "destroy"] as const),
    later: random.chance(50),
  };
}

/** Says whether a kind is an interruption and not a response to a request. */
export function isInterruption(focus: string): boolean {
  return !ON_CREATE_KINDS.includes(focus) && focus !== GONE;
}

/** One interruption hits the operation, and nothing else happens. */
export function interruptedRound(
  random: Prng,
  change: Change,
  stack: { readonly isFresh: boolean },
  focus: string,
): Round {
  const round = quietRound(random, change);
  if (focus === NEW_KEY_UNUSABLE) return { ...round, unusableMs: 30_000 };
  if (focus === CLOCK_JUMPS) return { ...round, clockMs: drawClock(random) };
  const waitMs = random.int(0, 150);
  const quiet = QUIET.find((kind) => kind === focus);
  const mayStrike = !stack.isFresh || (quiet !== QUIET[0] && focus !== KILLED_ELSEWHERE);
  if (!mayStrike || focus === TWO_STACKS) return { ...round, repair: "up" };
  if (focus === WRONG_ACCOUNT)
    return stack.isFresh
      ? { ...round, repair: "up" }
      : { ...round, operation: "refresh", wrongAccount: true };
  if (quiet !== undefined) return { ...round, quiet: { kind: quiet, moment: "committed", waitMs } };
  if (focus === KILLED_ELSEWHERE) {
    const operation = random.pick(["refresh", "destroy"] as const);
    const deadly = { kind: focus, moment: random.pick(MOMENTS[operation]), waitMs } as const;
    return { ...round, operation, replace: [], continueOnError: false, deadly };
  }
  const kind = [...DEADLY, IN_CONTAINER].find((it) => it === focus) as Deadly | undefined;
  if (kind === undefined) throw new Error(`Unknown interruption "${focus}"`);
  const moment = momentOf(kind, true, ["uncommitted", "committed"], random);
  return { ...round, deadly: { kind, moment, waitMs } };
}
