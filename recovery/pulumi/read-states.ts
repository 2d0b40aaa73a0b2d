import { messageOf } from "../../provider/payengine/errors";
import { isOfThisProject, listStacks } from "./all-stacks";
import { fewAtOnce } from "./few-at-once";
import { openStack, type StackLocation } from "./pulumi-stack";
import { readStackState, type StackState } from "./stack-state";
import { readStateFile } from "./state-source";

/** Which states to read. */
export interface StateSelection extends Omit<StackLocation, "stack"> {
  /** Names of stacks. Default: the selected stack, unless the selection has files or all stacks. */
  readonly stacks?: readonly string[] | undefined;
  /** Paths of files that `pulumi stack export` wrote. */
  readonly files?: readonly string[] | undefined;
  /** All stacks of the backend, in every project. Default: false. */
  readonly allStacks?: boolean | undefined;
}

/**
 * One state. Nothing in it is decrypted.
 *
 * @internal
 */
export interface ReadState {
  /** Display name: the stack's name or the file's path. */
  readonly name: string;
  /** Where it is from. */
  readonly from: "stack" | "stack of another project" | "file";
  readonly state: StackState;
}

/**
 * A state that could not be read.
 *
 * @internal
 */
export interface UnreadState {
  /** Display name: the stack's name or the file's path. */
  readonly name: string;
  /** Why, and what to do. */
  readonly problem: string;
}

/**
 * Reads states in order, with only a few in memory. A state that cannot be read does not stop the others.
 *
 * @param onStep called before each state, with text.
 * @throws Error if Pulumi's CLI does not run, no stack is selected, or the backend has no stacks.
 *
 * @internal
 */
export async function* readStates(
  selection: StateSelection,
  onStep: (step: string) => void = () => {},
): AsyncGenerator<ReadState | UnreadState> {
  onStep("Reading the stack from Pulumi");
  const stacks = await selectedStacks(selection);
  const files = [...new Set(selection.files)];
  const count = stacks.length + files.length;
  let begun = 0;
  const step = () => {
    begun += 1;
    if (count > 1) onStep(`Reading stack ${begun} of ${count}`);
  };
  const reading = (name: string, from: ReadState["from"], read: () => Promise<StackState>) => async () => {
    step();
    try {
      return { name, from, state: await read() };
    } catch (error) {
      return { name, problem: messageOf(error) };
    }
  };
  yield* fewAtOnce([
    ...stacks.map((stack) =>
      reading(stack, isOfThisProject(stack) ? "stack" : "stack of another project", async () =>
        readStackState(await (await openStack({ ...selection, stack })).exportState()),
      ),
    ),
    ...files.map((path) => reading(path, "file", () => readStateFile(path))),
  ]);
}

/**
 * Names of the selected stacks, without duplicates.
 *
 * @internal
 */
export async function selectedStacks(selection: StateSelection): Promise<readonly string[]> {
  const { stacks = [], files = [], allStacks = false } = selection;
  if (allStacks) return listStacks(selection);
  if (stacks.length > 0 || files.length > 0) return [...new Set(stacks)];
  return [(await openStack(selection)).name];
}
