import { existsSync } from "node:fs";
import { resolve, win32 } from "node:path";
import type { Environment } from "../../provider/config-keys";

/**
 * The file to start for a command; `undefined` if Windows has none. On Windows this searches PATH itself: Node would search
 * the working folder first, where a cloned project may have a program of that name, and does not start scripts.
 *
 * @throws Error if PATH has only a script.
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
    `\`${command}\` on PATH is a script, ${script}, which cannot be run directly; add the folder of ${command}.exe to PATH.`,
  );
}

/** On Windows, names of variables ignore case, and PATH may have quotes. */
function pathFolders(env: Environment): string[] {
  const [, path = ""] = Object.entries(env).find(([name]) => name.toUpperCase() === "PATH") ?? [];
  return path
    .split(win32.delimiter)
    .map((folder) => folder.replaceAll('"', ""))
    .filter((folder) => win32.isAbsolute(folder));
}
