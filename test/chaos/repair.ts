import type { Ended } from "../e2e/harness/run-program";
import { checkAgreement, checkComplete, checkReconciled, heldIds, type Violation } from "./invariant";
import type { Struck } from "./play-round";
import type { Tally } from "./run-scenario";
import type { Repair, Round } from "./scenario";
import type { ChaosStack, ChaosState } from "./stack";
import type { World } from "./world";

/** The provider's message for a new public key that PayEngine may not list yet. The runbook says to wait. */
const WAIT = /created less than a minute ago/;
/** The orphans command's message when it must keep pending operations in state. */
const KEPT = /kept in state/;

/**
 * Follows the runbook and checks that it is enough: after a crash, runs `pulumi cancel` and the orphans command, then
 * continues as a user might.
 *
 * @returns the resulting states.
 */
export async function repair(
  world: World,
  round: Round,
  after: readonly ChaosState[],
  struck: Struck,
  report: (violations: readonly Violation[]) => void,
  tally: Tally,
): Promise<ChaosState[]> {
  const repair = repairOf(round, struck);
  const isCrash = struck.deadly && round.deadly?.kind !== "Ctrl-C once";
  const states: ChaosState[] = [];
  const ends: boolean[] = [];
  for (const [index, stack] of world.stacks.entries()) {
    const isPartial = after[index].keys.some(({ pendingAction }) => pendingAction === "create");
    if (isPartial) tally.outcome(`partial success, repaired by ${repair}`);
    if (isCrash || after[index].pending.length > 0) report(await afterCrash(stack, round, world.isRenewed));
    const end = await goOn(stack, repair, round.later);
    report(end.violations);
    ends.push(end.mustWait);
    states.push(await stack.state());
  }
  const disagreements = await checkAgreement(world, states);
  // While a revocation waits for proof, state may still name a key that is already revoked.
  report(ends.includes(true) ? disagreements.filter(({ harm }) => harm !== "dead") : disagreements);
  await revokeOrphans(world, states);

  for (const [index, stack] of world.stacks.entries()) {
    if (ends[index]) {
      tally.outcome("repair had to wait for a new key");
      const again = await goOn(stack, repair, true);
      report(again.violations);
      states[index] = await stack.state();
    }
    report(checkComplete(states[index], round, repair === "destroy"));
    if (round.later || ends[index]) report(checkReconciled(states[index]));
  }
  if (ends.includes(true)) report(await checkAgreement(world, states));
  return states;
}

/** Avoids reporting a finding again in each later round. */
async function revokeOrphans(world: World, states: readonly ChaosState[]): Promise<void> {
  const held = new Set(states.flatMap(({ keys }) => heldIds(keys)));
  for (const { id } of await world.liveKeys()) if (!held.has(id)) await world.control.revokeKey(id);
}

/**
 * Only a refresh notices a key that was revoked outside of Pulumi, or by an interrupted destroy, because the engine still
 * has it in state.
 */
function repairOf({ repair, quiet, operation }: Round, struck: Struck): Repair {
  const isRevoked = struck.quiet && quiet?.kind === "key revoked behind Pulumi's back";
  return repair === "up" && (isRevoked || operation === "destroy") ? "up --refresh" : repair;
}

async function afterCrash(
  stack: ChaosStack,
  { withoutOrphans }: Round,
  isRenewed: boolean,
): Promise<Violation[]> {
  const violations: Violation[] = failed(await stack.cancel());
  if (withoutOrphans) return violations;
  const orphans = await stack.orphans({ later: true });
  const { pending } = await stack.state();
  // A credential that did not send the request may prove nothing; clearing drops other operations too.
  const mayKeep = isRenewed || pending.some((it) => !it.startsWith("creating"));
  if (mayKeep && orphans.exitCode === 2 && KEPT.test(orphans.stdout)) return violations;
  return [
    ...violations,
    ...failed(orphans),
    ...pending.map((it): Violation => ({ harm: "repair", detail: `${it} was not cleared` })),
  ];
}

async function goOn(
  stack: ChaosStack,
  repair: Repair,
  later: boolean,
): Promise<{ violations: Violation[]; mustWait: boolean }> {
  const violations: Violation[] = [];
  let mustWait = false;
  for (const command of repair.split(", ")) {
    const ended = await stack.change(command.split(" "), { later });
    // When the user returns minutes later, a new key is older than the wait.
    const waits = !later && ended.exitCode !== 0 && WAIT.test(ended.stdout);
    if (waits) mustWait = true;
    else violations.push(...failed(ended));
  }
  return { violations, mustWait };
}

function failed({ command, exitCode, stdout, stderr }: Ended): Violation[] {
  if (exitCode === 0) return [];
  const said = `${stdout}${stderr}`.split("\n").filter((line) => /error|warn|may|stay/i.test(line));
  return [{ harm: "repair", detail: `${command} ended with ${exitCode}: ${said.slice(0, 8).join(" | ")}` }];
}
