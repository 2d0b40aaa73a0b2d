import { setTimeout as sleep } from "node:timers/promises";
import { API_KEY_TYPE } from "../../provider/resource-type";
import { asFirstProcess } from "../e2e/harness/container";
import { watchdogsIn } from "../e2e/harness/processes";
import type { Ended } from "../e2e/harness/run-program";
import { freeDisk } from "../e2e/harness/small-disk";
import { countFaults } from "./count-faults";
import { deleteCutAttributes } from "./cut-attributes";
import { holdingFaults, strike } from "./interruptions";
import { checkInUse, type Violation } from "./invariant";
import { repair } from "./repair";
import type { Tally } from "./run-scenario";
import { IN_CONTAINER, type Round, type Scenario, TWO_STACKS } from "./scenario";
import type { ChaosState } from "./stack";
import { endOf, MARGIN_MS, waitUntilIdle } from "./wait-until-idle";
import type { World } from "./world";

/** Runs one operation under its faults, removes the faults, lets the user repair the rest, and checks. */
export async function playRound(
  world: World,
  scenario: Scenario,
  round: Round,
  number: number,
  tally: Tally,
): Promise<void> {
  for (const stack of world.stacks) await stack.write(round.program);
  await armFaults(world, round);
  const { ended, struck } = await operate(world, round, tally);
  tally.add(number, await waitUntilIdle(world, scenario));
  await countFaults(world, round, tally);
  await takeFaultsAway(world);
  tally.add(
    number,
    await endOf(world, "watchdog", watchdogsIn, scenario.requestTimeoutMs + 60_000 + MARGIN_MS),
  );

  if (struck.deadly && (await deleteCutAttributes(world.folder)) > 0)
    tally.outcome("state unreadable until an empty .attrs file was deleted");
  const after = await Promise.all(world.stacks.map((stack) => stack.state()));
  for (const [index, end] of ended.entries()) tally.outcome(outcomeOf(end, after[index]));
  const cause = struck.deadly && round.deadly ? ` (after: ${round.deadly.kind})` : "";
  const report = (violations: readonly Violation[]) =>
    tally.add(
      number,
      violations.map(({ harm, detail }) => ({ harm, detail: detail + cause })),
    );
  report(await checkInUse(world, after, round));
  tally.log.push(await requestsOf(world, number));
  world.before = await repair(world, round, after, struck, report, tally);
}

async function armFaults(world: World, round: Round): Promise<void> {
  const { control } = world;
  world.startedRound = { requests: (await control.requests()).length };
  await control.setLag({ listMs: round.listLagMs, newKeyUnusableMs: round.unusableMs });
  for (const { faults } of round.faults) for (const fault of faults) await control.addFault(fault);
  for (const interruption of [round.quiet, round.deadly])
    for (const fault of interruption ? holdingFaults(interruption.moment) : []) await control.addFault(fault);
}

/** The deadly and quiet interruptions that hit a running request. */
export interface Struck {
  readonly quiet: boolean;
  readonly deadly: boolean;
}

async function operate(
  world: World,
  round: Round,
  tally: Tally,
): Promise<{ ended: Ended[]; struck: Struck }> {
  const env: Record<string, string> = {};
  if (round.wrongAccount) {
    env.PAYENGINE_API_KEY = await foreignCredential(world);
  }
  const by = round.deadly?.kind === IN_CONTAINER ? await asFirstProcess() : undefined;
  const isContained = round.deadly?.kind !== IN_CONTAINER || by !== undefined;
  const running = new Map<string, number>();
  let over = false;
  const operations = world.stacks.map(async (stack, index) => {
    const onStart = (pid: number) => void running.set(stack.name, pid);
    // After a wait, because the provider treats a missing new public key as a lag of PayEngine.
    const options = { env, onStart, later: round.wrongAccount, by, clockMs: round.clockMs };
    const ended = await stack.change(argumentsOf(world, round, index), options);
    running.delete(stack.name);
    if (index === 0) over = true;
    return ended;
  });
  const all = Promise.all(operations).finally(() => {
    over = true;
  });
  const underWay = { cli: () => running.get(world.stacks[0].name), hasEnded: () => over };
  const interruptions = async (): Promise<Struck> => ({
    quiet: round.quiet !== undefined && (await strike(world, round.quiet, underWay)),
    deadly: round.deadly !== undefined && isContained && (await strike(world, round.deadly, underWay)),
  });
  const [ended, struck] = await Promise.all([
    all,
    interruptions(),
    watchBoth(world, running, underWay, tally),
  ]);
  if (struck.quiet && round.quiet) tally.fault(round.quiet.kind);
  if (struck.deadly && round.deadly) tally.fault(round.deadly.kind);
  if (round.deadly?.kind === "disk full for the backend" && world.disk === undefined)
    tally.skipped.add("disk full for the backend: a small file system could not be mounted here");
  if (!isContained) tally.skipped.add(`${IN_CONTAINER}: a PID namespace could not be made here`);
  tally.log.push(`round: struck ${JSON.stringify(struck)}`);
  return { ended, struck };
}

/** Two stacks count if both were being updated during a request. */
async function watchBoth(
  { control, stacks }: World,
  running: ReadonlyMap<string, number>,
  { hasEnded }: { hasEnded: () => boolean },
  tally: Tally,
): Promise<void> {
  if (stacks.length < 2) return;
  while (!hasEnded()) {
    const isUnderWay = (await control.requests()).some(({ answered }) => answered === "pending");
    if (isUnderWay && running.size === stacks.length) return tally.fault(TWO_STACKS);
    await sleep(10);
  }
}

function argumentsOf(world: World, round: Round, index: number): string[] {
  const args: string[] = round.operation.split(" ");
  if (round.continueOnError) args.push("--continue-on-error");
  const held = world.before[index].keys
    .filter(({ awaitsDelete }) => !awaitsDelete)
    .map(({ resource }) => resource);
  for (const name of round.replace.filter((it) => held.includes(it)))
    args.push("--replace", `urn:pulumi:${world.stacks[index].name}::shop::${API_KEY_TYPE}::${name}`);
  return args;
}

async function foreignCredential({ control, secrets }: World): Promise<string> {
  const { key } = await control.newCredential("production", "Admin");
  secrets.add(key);
  return key;
}

async function takeFaultsAway(world: World): Promise<void> {
  await world.control.clearFaults();
  await world.control.setLag({});
  if (world.disk !== undefined) await freeDisk(world.disk);
  await world.renewCredential();
}

function outcomeOf({ exitCode }: Ended, { keys, pending }: ChaosState): string {
  if (keys.some(({ pendingAction }) => pendingAction === "create")) return "partial success";
  if (exitCode === null) return "killed";
  if (pending.length > 0) return "interrupted, with pending operations";
  if (exitCode !== 0) return "failed";
  return keys.some(({ pendingAction }) => pendingAction === "reconcile")
    ? "succeeded, to be reconciled"
    : "succeeded";
}

async function requestsOf({ control, startedRound }: World, number: number): Promise<string> {
  const requests = (await control.requests()).slice(startedRound.requests);
  const lines = requests.map(
    ({ at, operation, keyName, path, answered }) =>
      `${new Date(at).toISOString()} ${operation ?? path} ${keyName ?? ""} ${answered}`,
  );
  return [`requests of round ${number} under fault:`, ...lines].join("\n");
}
