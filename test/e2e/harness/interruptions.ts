import { join } from "node:path";
import type { FaultInput, LoggedRequest } from "payengine-sandbox";
import type { Fixture } from "./fixture";
import { kill, pluginsIn, processesIn, until, watchdogsIn } from "./processes";
import type { Project } from "./project";
import { type Ended, runProgram } from "./run-program";

/** Holds requests back, so that an interruption hits them while they run on any machine. */
export function held(operation: FaultInput["operation"], more: Partial<FaultInput> = {}): FaultInput {
  return { operation, kind: "delay", beforeCommitMs: 2_000, afterCommitMs: 2_000, ...more } as FaultInput;
}

/** An operation that runs, and its process. */
export interface Running {
  readonly cli: number;
  readonly ended: Promise<Ended>;
}

/**
 * Starts `pulumi up` and resolves at the moment that is asked for.
 *
 * @param by what the CLI is started by.
 */
export async function upUntil(
  { control }: Fixture,
  project: Project,
  moment: (requests: readonly LoggedRequest[]) => boolean,
  by: readonly string[] = [],
): Promise<Running> {
  let cli = 0;
  const ended = project.run(["up", "--skip-preview"], {
    by,
    onStart: (pid) => {
      cli = pid;
    },
  });
  await until("the moment of the interruption", async () => moment(await control.requests()) || undefined);
  return { cli, ended };
}

/** Whether a request of this kind is running. */
export function pending(operation: FaultInput["operation"]): (requests: readonly LoggedRequest[]) => boolean {
  return (requests) => requests.some((it) => it.operation === operation && it.answered === "pending");
}

/** Resolves once the plugin and its watchdog have ended by themselves; then stops what Pulumi itself leaves. */
export async function quiet({ folder }: Project): Promise<void> {
  await until("the plugin and its watchdog have ended", async () => {
    const running = await Promise.all([pluginsIn(folder), watchdogsIn(folder)]);
    return running.flat().length === 0 || undefined;
  });
  // Pulumi's language host outlives a killed engine for minutes.
  for (const { pid } of await processesIn(folder)) kill(pid);
}

/** Runs the installed command as a user in CI does. */
export async function runOrphansRevoke({ folder, env, said }: Project): Promise<Ended> {
  const main = join(folder, "node_modules/pulumi-payengine/dist/cli/main.js");
  const args = [main, "orphans", "--revoke", "--yes"];
  const ended = await runProgram(process.execPath, args, { cwd: folder, env, limitMs: 60_000 });
  said.push(ended);
  return ended;
}
