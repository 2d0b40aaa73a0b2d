import { existsSync } from "node:fs";
import { resolve, win32 } from "node:path";
import type { Environment } from "../../provider/config";

/**
 * What to start for a command; `undefined` where Windows has none. There its program is looked for on PATH here: Node would
 * look in the working folder first, where a cloned project may hold a program of that name, and it starts no scripts.
 *
 * @throws Error where PATH holds a script only.
 */
export function commandFile(
  command: string,
  env: Environment,
  platform = process.platform,
): string | undefined {
  if (platform !== "win32" || /[/\\:]/.test(command)) return command;
  const folders = pathFolders(env);
  const find = (extensions: readonly string[]) =>
    folders
      .flatMap((folder) => extensions.map((extension) => resolve(folder, `${command}${extension}`)))
      .find((path) => existsSync(path));
  const program = find(/\.(exe|com)$/i.test(command) ? [""] : [".exe", ".com"]);
  const script = program === undefined ? find([".cmd", ".bat"]) : undefined;
  if (script === undefined) return program;
  throw new Error(
    `\`${command}\` on PATH is a script, ${script}, which cannot be run from here; put the folder of ${command}.exe on PATH.`,
  );
}

/** Windows knows variables in any case, and quotes in PATH; a copy of the environment has them as they are written. */
function pathFolders(env: Environment): string[] {
  const [, path = ""] = Object.entries(env).find(([name]) => name.toUpperCase() === "PATH") ?? [];
  return path
    .split(win32.delimiter)
    .map((folder) => folder.replaceAll('"', ""))
    .filter((folder) => win32.isAbsolute(folder));
}
