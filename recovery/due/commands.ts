import { type CommandPlace, commandLine } from "../pulumi/command-line";

/**
 * The command that does what is due for a key.
 *
 * `--target-dependents` updates the resources that use the key in the same run. Without it, they would keep a value that this
 * run or a later one revokes.
 */
export function upCommand(place: CommandPlace, urn: string): string {
  return commandLine("pulumi up", place, ["--target", urn, "--target-dependents"]);
}

/** The command that cleans up after an interrupted run. */
export function orphansCommand(place: CommandPlace): string {
  return commandLine("npx pulumi-payengine orphans --revoke --wait", place);
}
