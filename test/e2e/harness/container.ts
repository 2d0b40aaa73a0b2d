import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/** As root, or in a user namespace where the machine lets users have one. */
const WAYS = [[], ["--user", "--map-root-user"]];

/**
 * A command line before a program's own that makes it the first process of a PID namespace, as `docker run` does: when it
 * ends, the kernel kills everything that it has started.
 *
 * @returns undefined where this user may not make such a namespace on this machine.
 */
export async function asFirstProcess(): Promise<readonly string[] | undefined> {
  for (const more of WAYS) {
    const command = ["unshare", ...more, "--pid", "--fork", "--mount-proc", "--kill-child"];
    const [program = "", ...args] = [...command, "true"];
    const isAllowed = await run(program, args).then(
      () => true,
      () => false,
    );
    if (isAllowed) return command;
  }
  return undefined;
}
