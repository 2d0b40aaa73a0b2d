import { setTimeout as sleep } from "node:timers/promises";
import { kill, processesIn, until, watchdogsIn } from "../e2e/harness/processes";
import { providersIn } from "./interruptions";
import type { Violation } from "./invariant";
import type { Scenario } from "./scenario";
import type { World } from "./world";

/**
 * Waits until the operation has ended completely, including a plugin that finishes without its engine, and abandoned
 * requests that still take effect.
 */
export async function waitUntilIdle(world: World, { requestTimeoutMs }: Scenario): Promise<Violation[]> {
  const violations = await endOf(world, "plugin", providersIn, 10 * requestTimeoutMs + MARGIN_MS);
  // Pulumi's language host, and a plugin without a key, outlive a killed engine.
  const watchdogs = await watchdogsIn(world.folder);
  for (const { pid } of await processesIn(world.folder)) if (!watchdogs.includes(pid)) kill(pid);

  const faults = await world.control.faults();
  const longest = Math.max(
    0,
    ...faults.map((fault) => (fault.kind === "delay" && fault.hits > 0 ? fault.beforeCommitMs : 0)),
  );
  const posts = (await world.control.requests()).slice(world.startedRound.requests);
  const last = Math.max(0, ...posts.filter(({ operation }) => operation === "createKey").map(({ at }) => at));
  const now = (await world.control.advanceClock(0)).getTime();
  if (posts.length > 0) await sleep(Math.max(0, last + longest + 200 - now));
  return violations;
}

/** Longer than the limits of the provider and its watchdog, for a busy machine. */
export const MARGIN_MS = 20_000;

export async function endOf(
  { folder }: World,
  what: string,
  running: (folder: string) => Promise<readonly number[]>,
  limit: number,
): Promise<Violation[]> {
  const ended = async () => (await running(folder)).length === 0 || undefined;
  return until(`the ${what} has ended`, ended, limit).then(
    () => [],
    () => [{ harm: "process", detail: `the ${what} still runs after ${limit} ms` }],
  );
}
