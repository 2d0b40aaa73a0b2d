import type { DialectInput } from "payengine-sandbox";
import { drawDialect } from "../dialects";
import { makeFault, ON_CREATE_KINDS, ON_READ_KINDS, ON_REVOKE_KINDS } from "./fault-kinds";
import { FOCI, focusedRound, interruptedRound, isInterruption, ROTATION, rotationRound } from "./focused";
import { onMachine } from "./machine";
import { MOMENTS, momentOf } from "./moments";
import { Prng } from "./prng";
import { asRotating, type Change, changeProgram, firstProgram, rotateAll } from "./program";
import {
  DEADLY,
  type Deadly,
  type FaultPlan,
  type Interruption,
  KILLED_ELSEWHERE,
  LIST_LAGS,
  type Moment,
  type Operation,
  QUIET,
  REQUEST_TIMEOUT_MS,
  type Round,
  type Scenario,
  TWO_STACKS,
} from "./scenario";

const ROUNDS = 3;

const DEADLY_DECK = [...DEADLY, undefined];
const QUIET_DECK = [...QUIET, QUIET[0], undefined];

function dealt<T>(seed: number, deal: number, deck: readonly T[]): T {
  const times = Math.floor(deal / deck.length);
  return new Prng(Math.imul(seed, 7_919) + times).shuffle(deck)[deal % deck.length];
}

/**
 * Generates the scenario of one run.
 *
 * Draws interruptions from shuffled decks, so that every kind occurs equally often. Draws everything else at random.
 *
 * @param focusOn the only kind of fault or interruption to use.
 */
export function generate(seed: number, index: number, focusOn?: string): Scenario {
  const random = new Prng(Math.imul(seed, 1_000_003) + index);

  const drawn = random.chance(40) ? random.pick(FOCI) : undefined;
  const focus = focusOn ?? drawn;
  let program = firstProgram(random).slice(0, focus === undefined ? undefined : 2);
  if (focus === ROTATION) program = program.map(asRotating);
  let change: Change = { program, made: program.map(({ name }) => name), replace: [] };
  const pinned = random.chance(50);
  const rounds: Round[] = [];
  for (let number = 0; number < ROUNDS; number++) {
    const deal = index * ROUNDS + number;
    const isFresh = number === 0 || rounds.at(-1)?.repair === "destroy";
    if (number > 0)
      change =
        focus === ROTATION && number === 1 ? rotateAll(program) : changeProgram(random, program, isFresh);
    program = [...change.program];
    const stack = { isFresh, pinned };
    const round = () =>
      makeRound(random, change, stack, dealt(seed, deal, DEADLY_DECK), dealt(seed, deal, QUIET_DECK));
    if (focus === undefined) rounds.push(round());
    else if (focus === ROTATION) rounds.push(rotationRound(random, change, number));
    else rounds.push((isInterruption(focus) ? interruptedRound : focusedRound)(random, change, stack, focus));
  }
  return {
    name: [`${seed}:${index}`, focusOn ?? []].flat().join(" "),
    stacks: random.chance(20) || focus === TWO_STACKS ? ["dev", "other"] : ["dev"],
    requestTimeoutMs: REQUEST_TIMEOUT_MS,
    maxRetries: random.int(0, 2),
    pinned,
    // A third of the runs, and over time each face with and without a dialect.
    face: (index + Math.floor(index / 3)) % 3 === 1 ? "native" : "dynamic",
    ...(index % 3 === 2 && { dialect: dialectOf(seed, index) }),
    ...(focus !== undefined && { focus }),
    rounds:
      focusOn === undefined
        ? rounds.map((it, number) => onMachine(it, seed, index * ROUNDS + number))
        : rounds,
  };
}

/** A separate random source: the rest of a scenario is the same with and without a dialect. */
function dialectOf(seed: number, index: number): DialectInput {
  const random = new Prng(Math.imul(seed, 6_700_417) + index);
  return drawDialect((limit) => random.int(0, limit - 1));
}

function makeRound(
  random: Prng,
  change: Change,
  stack: { readonly isFresh: boolean; readonly pinned: boolean },
  deadly: (typeof DEADLY)[number] | undefined,
  quiet: (typeof QUIET)[number] | undefined,
): Round {
  // An empty stack must create keys; others mostly do, because a key can be lost then.
  const operation =
    !stack.isFresh && random.chance(25)
      ? random.pick(["refresh", "destroy"] as const)
      : !stack.isFresh && random.chance(15)
        ? "up --refresh"
        : "up";
  const makes = operation === "up" || operation === "up --refresh";
  // Without other faults, the provider or the next `up` must clean up after such a kill.
  const isAlone = makes && ALONE.some((kind) => kind === deadly) && random.chance(50);
  const faults = makes && !isAlone ? createFaults(random, change.made) : [];
  if (!stack.isFresh && !isAlone) faults.push(...otherFaults(random, change, faults, operation));
  const isEarly = makes && deadly?.includes("before the POST") === true;
  // A new stack has no key to revoke; before a POST there is no moment for a second interruption.
  // The watchdog cleans up after a killed plugin with the plugin's credential. If that is revoked too, it cannot.
  const isHopeless = deadly === "plugin killed" && quiet === "provider credential revoked midway";
  const isQuiet =
    quiet !== undefined && !isAlone && !isEarly && !isHopeless && !(stack.isFresh && quiet === QUIET[0]);
  const moments: readonly Moment[] = makes ? ["uncommitted", "committed"] : MOMENTS[operation];
  const round: Round = {
    ...{ program: change.program, operation, faults },
    replace: makes ? change.replace : [],
    continueOnError: makes && random.chance(40),
    listLagMs: faults.some(({ kind }) => kind === LIST_LAGS) ? 30_000 : 0,
    unusableMs: makes && !isAlone && random.chance(15) ? 30_000 : 0,
    ...(isQuiet && { quiet: { kind: quiet, moment: random.pick(moments), waitMs: random.int(0, 100) } }),
    ...(deadly && {
      deadly: {
        kind: makes || !deadly.includes("the POST") ? deadly : KILLED_ELSEWHERE,
        moment: momentOf(deadly, makes, moments, random),
        waitMs: random.int(0, 150),
      } satisfies Interruption<Deadly>,
    }),
    // Only if no key can be created in the wrong account on purpose.
    wrongAccount:
      !stack.isFresh &&
      deadly === undefined &&
      quiet === undefined &&
      (stack.pinned || !makes) &&
      random.chance(50),
    repair: random.pick(["up", "up", "refresh, up", "up --refresh", "destroy"] as const),
    later: random.chance(50),
  };
  return isAlone && !mayAnswerTheDying(round) ? { ...round, withoutOrphans: true } : round;
}

/**
 * A CLI that is being killed receives responses until the kernel closes its connections. State names a key from these
 * milliseconds only in the pending operation, which only the orphans command reads.
 */
function mayAnswerTheDying({ deadly }: Round): boolean {
  return deadly?.kind.startsWith("CLI killed") === true && deadly.moment === "answered";
}

const ALONE = ["CLI killed during the POST", "CLI killed after the POST", "plugin killed"] as const;

function createFaults(random: Prng, made: readonly string[]): FaultPlan[] {
  const struck = random.sample(made, Math.min(made.length, random.int(1, 6)));
  return struck.map((name) => {
    const on = { operation: "createKey", keyName: `${name}-` } as const;
    return makeFault(random.pick(ON_CREATE_KINDS), on, random.pick([1, 1, 1, 2, 3]), choice(random));
  });
}

/** Faults of reads and revocations, if the operation sends such requests. */
function otherFaults(
  random: Prng,
  { program }: Change,
  made: readonly FaultPlan[],
  operation: Operation,
): FaultPlan[] {
  const reads = operation === "refresh" || operation === "up --refresh";
  // A false 404 together with a lagging list looks like a key that is gone.
  const lags = made.some(({ kind }) => kind === LIST_LAGS);
  const struck = random.sample(program, random.int(0, 2));
  return struck.map(({ name }) => {
    const isList = reads && random.chance(40);
    const on = isList
      ? ({ operation: "listKeys", keyName: "" } as const)
      : ({ operation: reads ? "getKey" : "revokeKey", keyName: `${name}-` } as const);
    const kinds = reads && !isList && !lags ? ON_READ_KINDS : ON_REVOKE_KINDS;
    return makeFault(random.pick(kinds), on, random.pick([1, 2]), choice(random));
  });
}

const choice = (random: Prng) => ({ random, requestTimeoutMs: REQUEST_TIMEOUT_MS });
