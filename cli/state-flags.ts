import { type Command, Option } from "commander";
import type { StateSelection } from "../recovery/pulumi/read-states";
import { collected } from "./flags";

/** The flags of commands that read states. */
export interface StateFlags {
  readonly stack: readonly string[];
  readonly state: readonly string[];
  readonly allStacks?: boolean;
  readonly cwd?: string;
}

/**
 * Adds the flags that name states.
 *
 * @param standard what the command reads without them.
 */
export function addStateFlags(command: Command, standard = "the selected stack"): Command {
  return command
    .addOption(
      new Option("--stack <name>", "Stack to read; repeat for more")
        .argParser(collected)
        .default([], standard),
    )
    .addOption(
      new Option("--state <file>", "File that `pulumi stack export` wrote; repeat for more")
        .argParser(collected)
        .default([], "none"),
    )
    .addOption(
      new Option("--all-stacks", "Read every stack of the backend that has keys, in any project").conflicts(
        "stack",
      ),
    )
    .option("--cwd <folder>", "Folder of the Pulumi project (default: the working folder)");
}

/** The states that the flags name. */
export function selectionOf({ stack, state, allStacks, cwd }: StateFlags): StateSelection {
  return { stacks: stack, files: state, allStacks, cwd };
}
