/** Where the commands of a state run. */
export interface CommandPlace {
  /** Name for `--stack`. */
  readonly stack: string;
  /** Folder for `--cwd`, if it is not the working folder. */
  readonly cwd: string | undefined;
}

/**
 * The command that does what is due for some keys of a stack, for a POSIX shell.
 *
 * `--target-dependents` updates the resources that use the keys in the same run. Without it, they would keep a value that
 * this run or a later one revokes.
 */
export function upCommand(place: CommandPlace, urns: readonly string[]): string {
  const targets = [...new Set(urns)].map((urn) => `--target ${quoted(urn)}`);
  return ["pulumi up", ...placeFlags(place), ...targets, "--target-dependents"].join(" ");
}

/** The command that cleans up after an interrupted run. */
export function orphansCommand(place: CommandPlace): string {
  return ["npx pulumi-payengine orphans --revoke --wait", ...placeFlags(place)].join(" ");
}

function placeFlags({ stack, cwd }: CommandPlace): string[] {
  return [`--stack ${plain(stack)}`, ...(cwd === undefined ? [] : [`--cwd ${plain(cwd)}`])];
}

/** URNs of children of components have a `$`, which a shell would expand. */
function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}

function plain(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : quoted(text);
}
