/** Where the commands of a state run. */
export interface CommandPlace {
  /** Name for `--stack`. */
  readonly stack: string;
  /** Folder for `--cwd`, if it is not the working folder. */
  readonly cwd: string | undefined;
}

/**
 * A command of Pulumi's CLI for a POSIX shell.
 *
 * @param command such as `pulumi up`. @param args which are quoted where needed.
 */
export function commandLine(
  command: string,
  { stack, cwd }: CommandPlace,
  args: readonly string[] = [],
): string {
  const place = ["--stack", stack, ...(cwd === undefined ? [] : ["--cwd", cwd])];
  return [command, ...[...place, ...args].map(shellWord)].join(" ");
}

/** URNs of children of components have a `$`, which a shell would expand. */
function shellWord(word: string): string {
  return /^[\w@%+=,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
