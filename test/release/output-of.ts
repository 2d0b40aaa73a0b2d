import { execFile } from "node:child_process";
import { promisify } from "node:util";

interface Options {
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
}

/**
 * Runs a command, and gives back what it prints on standard output.
 *
 * @throws Error with everything that it prints, if it fails or takes longer than three minutes
 */
export async function outputOf(
  command: string,
  args: readonly string[],
  options: Options = {},
): Promise<string> {
  const ended = promisify(execFile)(command, args, { timeout: 180_000, ...options });
  const { stdout } = await ended.catch((error) => {
    throw new Error(`${error.message}\n${error.stdout}${error.stderr}`);
  });
  return stdout.trim();
}
