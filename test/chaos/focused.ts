import { GONE, makeFault, ON_CREATE_KINDS } from "./fault-kinds";
import type { Prng } from "./prng";
import type { Change } from "./program";
import { LIST_LAGS, REQUEST_TIMEOUT_MS, type Round } from "./scenario";

/** What a focused run is about, beside one kind of fault. */
export const ROTATION = "plugin killed during a rotation";
export const FOCI = [...ON_CREATE_KINDS, GONE, ROTATION];

/** Keys are made, then all rotate at once and the plugin is killed meanwhile, then other things change. */
export function rotationRound(random: Prng, change: Change, number: number): Round {
  const round = focusedRound(random, change, { isFresh: true }, GONE);
  if (number !== 1) return { ...round, mending: "up" };
  const deadly = { kind: "plugin killed", moment: "committed", waitMs: random.int(0, 150) } as const;
  return { ...round, deadly, withoutOrphans: true };
}

/** One kind of fault meets every key that is made, or read, and nothing else happens. */
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
    program: change.program,
    operation: reads && !isFresh ? "refresh" : "up",
    replace: reads ? [] : change.replace,
    continueOnError: random.chance(40),
    faults: reads && isFresh ? [] : faults,
    listLagMs: focus === LIST_LAGS ? 30_000 : 0,
    unusableMs: 0,
    wrongAccount: false,
    mending: random.pick(["up", "up", "refresh, up", "up --refresh", "destroy"] as const),
    later: random.chance(50),
  };
}
