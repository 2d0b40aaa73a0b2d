import { type ChildProcess, execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import type { z } from "zod";
import type { Environment } from "../../provider/config";
import { parseJson } from "../../provider/payengine/parse-json";
import { commandFile } from "./command-file";

/** How Pulumi's CLI is run. */
export interface PulumiCommand {
  readonly command: string;
  readonly cwd: string;
  readonly env: Environment;
}

const MAX_OUTPUT_BYTES = 1024 * 1024 * 1024;

/**
 * Runs Pulumi's CLI to its end and gives back what it prints, which stays in memory.
 *
 * @param limitMs how long it may take before it is killed.
 * @param graceMs for a command that writes state: how long it is then given to end in order.
 * @throws Error with what the CLI says on its error output; never with its output, which may hold secrets.
 */
export async function runPulumi(
  { command, cwd, env }: PulumiCommand,
  args: readonly string[],
  limitMs: number,
  graceMs = 0,
): Promise<string> {
  // A folder that is not there and a command that is not there are the same error to Node.
  if (!(await isFolder(cwd))) throw new Error(`There is no folder ${cwd}.`);
  const missing = `There is no \`${command}\` on PATH; install Pulumi's CLI.`;
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
 * @throws Error as {@link runPulumi}, and where it prints something else.
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
    `\`pulumi ${args.join(" ")}\` prints another form of JSON than this version reads; is Pulumi's CLI 3.216.0 or later?`,
  );
}

/** Node's own limit sends one signal and waits on; and it closes the pipes, which a CLI that is ending dies of. */
function limited(child: ChildProcess, limitMs: number, graceMs: number) {
  let isOver = false;
  const kill = () => {
    isOver = true;
    child.kill("SIGKILL");
    // Whatever it has started may hold them open.
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
  return graceMs === 0 ? why : `${why}; it may have left the stack locked, which \`pulumi cancel\` ends`;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** A file backend keeps a checksum in a second file, which it does not write in one step as it does the state. */
const CUT_ATTRIBUTES =
  "On a file backend, a process that was killed may have left an empty file that ends in `.attrs` beside the state, in " +
  "`.pulumi/stacks`: delete it, the state itself is whole, and run this again.";

/** The CLI names a database backend by its whole address, in the message of a lock for one. */
const PASSWORD_IN_ADDRESS = /(:\/\/[^\s/@:]*):[^\s/@]*@/g;

function reasonIn(stderr: string): string {
  const shown = stderr.replace(PASSWORD_IN_ADDRESS, "$1:[redacted]@");
  const lines = shown.split("\n").map((line) => line.replace(/^error: /, "").trim());
  const said = lines.filter((line) => line !== "").join(" ") || "it does not say why";
  return /: EOF$/.test(said) ? `${said}. ${CUT_ATTRIBUTES}` : said;
}
