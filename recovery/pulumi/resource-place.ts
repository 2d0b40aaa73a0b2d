import type { CommandPlace } from "./command-line";
import type { ReadState } from "./read-states";

/** Where a resource is recorded. */
export interface ResourcePlace {
  /** The stack or state file, as given. */
  readonly source: string;
  /** Name of the stack, for `--stack`. */
  readonly stack: string;
  /** Name of the Pulumi project. The commands run in its folder. */
  readonly project: string;
  /** Whether the stack belongs to the project in the given folder. Always false for a file. */
  readonly isOfThisProject: boolean;
}

/**
 * Where a resource is recorded, and where commands about it run.
 *
 * @param cwd the given folder.
 *
 * @internal
 */
export function resourcePlace(
  urn: string,
  { name, from }: Pick<ReadState, "name" | "from">,
  cwd: string | undefined,
): ResourcePlace & { readonly place: CommandPlace } {
  const [stackPart = "", project = ""] = urn.split("::");
  const stack = from === "file" ? (stackPart.split(":").at(-1) ?? "") : name;
  const isOfThisProject = from === "stack";
  const place = { stack, cwd: isOfThisProject ? cwd : undefined };
  return { source: name, stack, project, isOfThisProject, place };
}
