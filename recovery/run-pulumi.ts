import { execFile } from "node:child_process";
import { stat } from "node:fs/promises";
import type { Environment } from "../provider/config";

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
 * @throws Error with what the CLI says on its error output; never with its output, which may hold secrets.
 */
export async function runPulumi(
  { command, cwd, env }: PulumiCommand,
  args: readonly string[],
  limitMs: number,
): Promise<string> {
  // A folder that is not there and a command that is not there are the same error to Node.
  if (!(await isFolder(cwd))) throw new Error(`There is no folder ${cwd}.`);
  return new Promise((resolve, reject) => {
    const options = {
      cwd,
      env: { ...env, PULUMI_SKIP_UPDATE_CHECK: "true" },
      timeout: limitMs,
      maxBuffer: MAX_OUTPUT_BYTES,
    };
    const all = [...args, "--non-interactive", "--color", "never"];
    const child = execFile(command, all, options, (error, stdout, stderr) => {
      if (error === null) return resolve(stdout);
      if (error.code === "ENOENT") {
        return reject(new Error(`There is no \`${command}\` on PATH; install Pulumi's CLI.`));
      }
      const why = error.killed ? `took longer than ${limitMs / 1000} s` : `failed: ${reasonIn(stderr)}`;
      reject(new Error(`\`pulumi ${args.join(" ")}\` ${why}`));
    });
    child.stdin?.end();
  });
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

function reasonIn(stderr: string): string {
  const lines = stderr.split("\n").map((line) => line.replace(/^error: /, "").trim());
  return lines.filter((line) => line !== "").join(" ") || "it does not say why";
}
