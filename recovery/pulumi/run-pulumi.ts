import { type ChildProcess, execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import type { z } from "zod";
import type { Environment } from "../../provider/config-keys";
import { parseJson } from "../../provider/payengine/parse-json";
import { commandFile } from "./command-file";

/** How to run Pulumi's CLI. */
export interface PulumiCommand {
  readonly command: string;
  readonly cwd: string;
  readonly env: Environment;
}

const MAX_OUTPUT_BYTES = 1024 * 1024 * 1024;

/**
 * Runs Pulumi's CLI to its end and returns its output, which stays in memory.
 *
 * @param limitMs time limit, after which it is killed.
 * @param graceMs for a command that writes state: time to end in order after the limit.
 * @throws Error with the CLI's error output; never with its output, which may have secrets.
 */
export async function runPulumi(
  { command, cwd, env }: PulumiCommand,
  args: readonly string[],
  limitMs: number,
  graceMs = 0,
): Promise<string> {
  // Node reports a missing folder and a missing command with the same error.
  if (!(await isFolder(cwd))) throw new Error(`The folder ${cwd} does not exist.`);
  const missing = `\`${command}\` is not on PATH; install Pulumi's CLI.`;
  const file = commandFile(command, env);
  if (file === undefined) throw new Error(missing);
  return new Promise((resolve, reject) => {
    const options = { cwd, env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" }, maxBuffer: MAX_OUTPUT_BYTES };
    const all = [...args, "--non-interactive", "--color", "never"];
    const child = execFile(file, all, options, (error, stdout, stderr) => {
      limit.lift();
      if (error === null) return resolve(stdout);
      if (error.code === "ENOENT") return reject(new Error(missing));
      const why = limit.isOver() ? tookLonger(limitMs, graceMs) : `failed: ${reasonIn(stderr)}`;
      reject(new Error(`\`pulumi ${args.join(" ")}\` ${why}`));
    });
    const limit = limited(child, limitMs, graceMs);
    child.stdin?.end();
  });
}

/**
 * Runs Pulumi's CLI and reads the JSON that it prints.
 *
 * @throws Error as {@link runPulumi}, and if the output does not fit the schema.
 */
export async function pulumiJson<T>(
  how: PulumiCommand,
  schema: z.ZodType<T>,
  args: readonly string[],
  limitMs: number,
): Promise<T> {
  const printed = schema.safeParse(parseJson(await runPulumi(how, args, limitMs)));
  if (printed.success) return printed.data;
  throw new Error(
    `\`pulumi ${args.join(" ")}\` printed JSON that this version cannot read; check that Pulumi's CLI is 3.216.0 or later`,
  );
}

/** Node's own timeout sends one signal and keeps waiting. It also closes the pipes, which kills a CLI that is ending. */
function limited(child: ChildProcess, limitMs: number, graceMs: number) {
  let isOver = false;
  const kill = () => {
    isOver = true;
    child.kill("SIGKILL");
    // Its child processes may keep the pipes open.
    child.stdout?.destroy();
    child.stderr?.destroy();
  };
  const ask = () => {
    isOver = true;
    child.kill("SIGTERM");
  };
  const timers = [setTimeout(kill, limitMs + graceMs), ...(graceMs > 0 ? [setTimeout(ask, limitMs)] : [])];
  return {
    isOver: () => isOver,
    lift() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

function tookLonger(limitMs: number, graceMs: number): string {
  const why = `took longer than ${limitMs / 1000} s and was stopped`;
  return graceMs === 0 ? why : `${why}; the stack may still be locked; if so, run \`pulumi cancel\``;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** A file backend has a checksum file beside the state, which it does not write atomically. */
const CUT_ATTRIBUTES =
  "On a file backend, a killed process may leave an empty `.attrs` file beside the state, in `.pulumi/stacks`. The state " +
  "itself is intact: delete that file and run this again.";

/** The CLI prints a database backend's whole address, for example in the message about a lock. */
const PASSWORD_IN_ADDRESS = /(:\/\/[^\s/@:]*):[^\s/@]*@/g;

/** The CLI suggests `pulumi new`, which makes another project. */
const NO_PROJECT =
  "there is no Pulumi.yaml in this folder or above it; run this in a Pulumi project's folder, or name it with `--cwd`";

function reasonIn(stderr: string): string {
  if (stderr.includes("no Pulumi.yaml project file found")) return NO_PROJECT;
  const shown = stderr.replace(PASSWORD_IN_ADDRESS, "$1:[redacted]@");
  const lines = shown.split("\n").map((line) => line.replace(/^error: /, "").trim());
  const said = lines.filter((line) => line !== "").join(" ") || "no reason was given";
  return /: EOF$/.test(said) ? `${said}. ${CUT_ATTRIBUTES}` : said;
}
