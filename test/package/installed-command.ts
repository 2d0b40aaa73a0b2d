import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

export const REPOSITORY = join(__dirname, "../..");

/**
 * Runs a file of an installed package in the repository, and returns its output.
 *
 * @throws Error with its output, if the exit code is not 0
 */
export async function said(file: string, args: readonly string[]): Promise<string> {
  const path = join(REPOSITORY, "node_modules", file);
  const options = { cwd: REPOSITORY, timeout: 5 * 60_000 };
  const ended = promisify(execFile)(process.execPath, [path, ...args], options);
  const { stdout, stderr } = await ended.catch((error) => {
    throw new Error(`${error.message}\n${error.stdout}${error.stderr}`);
  });
  return `${stdout}${stderr}`;
}
