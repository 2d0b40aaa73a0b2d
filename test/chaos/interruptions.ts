import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { FaultInput, LoggedRequest } from "payengine-sandbox";
import { kill, pluginsIn, watchdogsIn } from "../e2e/harness/processes";
import { fillDisk, freeDisk } from "../e2e/harness/small-disk";
import {
  type Deadly,
  IN_CONTAINER,
  type Interruption,
  KILLED_ELSEWHERE,
  type Moment,
  type Quiet,
} from "./scenario";
import type { World } from "./world";

/** Long enough for an interruption to hit a running request, and well below the request timeout. */
const HELD_MS = 500;
const LOOK_MS = 20;

/** Delays requests, so that the moment of an interruption occurs on fast and slow machines. */
export function holdingFaults(moment: Moment): FaultInput[] {
  const hold = { kind: "delay", times: "always", beforeCommitMs: HELD_MS, afterCommitMs: HELD_MS } as const;
  switch (moment) {
    case "merchant":
      return [{ ...hold, operation: "merchant" }];
    case "reading":
      return [{ ...hold, operation: "getKey" }];
    case "revoking":
      return [{ ...hold, operation: "revokeKey" }];
    case "answered":
      return [{ ...hold, operation: "createKey", skip: 1 }];
    default:
      return [{ ...hold, operation: "createKey" }];
  }
}

/** The operation to interrupt. */
export interface UnderWay {
  readonly cli: () => number | undefined;
  readonly hasEnded: () => boolean;
}

/** Waits for the moment, then interrupts. @returns whether a request was running at that moment. */
export async function strike(
  world: World,
  interruption: Interruption<Deadly | Quiet>,
  operation: UnderWay,
): Promise<boolean> {
  while (!operation.hasEnded()) {
    if (await isMoment(world, interruption.moment)) {
      await sleep(interruption.waitMs);
      if (await isMoment(world, interruption.moment)) {
        const cli = operation.cli();
        if (cli === undefined || operation.hasEnded()) return false;
        return deal(world, interruption.kind, cli);
      }
    }
    await sleep(LOOK_MS);
  }
  return false;
}

async function isMoment({ control, startedRound }: World, moment: Moment): Promise<boolean> {
  const requests = (await control.requests()).slice(startedRound.requests);
  const pending = requests.filter(({ answered }) => answered === "pending");
  const posts = pending.filter(isPost);
  switch (moment) {
    case "merchant":
      return pending.some(({ operation }) => operation === "merchant") && !requests.some(isPost);
    case "reading":
      return pending.some(({ operation }) => operation === "getKey");
    case "revoking":
      return pending.some(({ operation }) => operation === "revokeKey");
    case "answered":
      return posts.length > 0 && requests.some((it) => isPost(it) && it.answered !== "pending");
    case "committed":
    case "uncommitted": {
      if (posts.length === 0) return false;
      const names = new Set((await control.keys()).map(({ name }) => name));
      return posts.some(({ keyName = "" }) => names.has(keyName) === (moment === "committed"));
    }
  }
}

function isPost({ operation }: LoggedRequest): boolean {
  return operation === "createKey";
}

async function deal(world: World, kind: Deadly | Quiet, cli: number): Promise<boolean> {
  switch (kind) {
    case "CLI killed before the POST":
    case "CLI killed during the POST":
    case "CLI killed after the POST":
    case KILLED_ELSEWHERE:
      return kill(cli);
    case "plugin killed":
    case IN_CONTAINER:
      return signalAll(await pluginsOf(world.folder, cli));
    case "CLI, plugin and watchdog killed":
      return signalAll([...(await watchdogsIn(world.folder)), ...(await pluginsOf(world.folder, cli)), cli]);
    case "Ctrl-C once":
      return kill(cli, "SIGINT");
    case "Ctrl-C twice": {
      const first = kill(cli, "SIGINT");
      await sleep(150);
      return first && kill(cli, "SIGINT");
    }
    case "disk full for the backend":
      return fillFor(world, FULL_FOR_MS);
    case "key revoked behind Pulumi's back": {
      const held = new Set(world.before.flatMap(({ keys }) => keys.flatMap(({ keyId }) => keyId ?? [])));
      const victim = (await world.liveKeys()).find(({ id }) => held.has(id));
      if (victim === undefined) return false;
      await world.control.revokeKey(victim.id);
      world.revokedBehind.add(victim.id);
      return true;
    }
    case "provider credential revoked midway": {
      await world.revokeCredential();
      return true;
    }
    case "role lost midway": {
      await world.control.setRole(world.userId, "User");
      return true;
    }
  }
}

function signalAll(pids: readonly number[]): boolean {
  return pids.map((pid) => kill(pid)).includes(true);
}

/** The plugins that this CLI started, directly or through a shell. */
async function pluginsOf(folder: string, cli: number): Promise<number[]> {
  const plugins = await pluginsIn(folder);
  const isOwn = await Promise.all(plugins.map((pid) => isBelow(pid, cli)));
  return plugins.filter((_, index) => isOwn[index]);
}

async function isBelow(pid: number, ancestor: number): Promise<boolean> {
  for (let current = pid; current > 1; ) {
    if (current === ancestor) return true;
    const status = await readFile(`/proc/${current}/status`, "utf8").catch(() => "");
    current = Number(/^PPid:\s*(\d+)/m.exec(status)?.[1] ?? 0);
  }
  return false;
}

/** Plugins of a project that run the provider's code. A plugin that has not loaded it yet is Pulumi's only. */
export async function providersIn(folder: string): Promise<number[]> {
  const plugins = await pluginsIn(folder);
  return plugins.filter((pid) => existsSync(join(folder, "tmp", `provider-${pid}`)));
}

/**
 * Pulumi tries each write of the state for about 32 seconds, one write after another. This makes the first write fail for
 * good, and keeps the command within its limit.
 */
const FULL_FOR_MS = 40_000;

async function fillFor({ disk }: World, milliseconds: number): Promise<boolean> {
  if (disk === undefined) return false;
  await fillDisk(disk);
  setTimeout(() => void freeDisk(disk), milliseconds).unref();
  return true;
}
