import { z } from "zod";
import { allFewAtOnce } from "./few-at-once";
import { backendUrl, openStackOn, pulumiAt, type StackLocation } from "./pulumi-stack";
import { isConfigured } from "./recorded-provider";
import { pulumiJson } from "./run-pulumi";
import type { StackState } from "./stack-state";
import { type StateSource, stateOfOtherProject, stateOfStack } from "./state-source";

const Stacks = z.array(z.object({ name: z.string() }));
const LIMIT_MS = 120_000;

/**
 * Names of all stacks of the backend, in every project.
 *
 * @throws Error if Pulumi's CLI does not run, or there is none.
 */
export async function listStacks(location: Omit<StackLocation, "stack"> = {}): Promise<string[]> {
  const listed = await pulumiJson(pulumiAt(location), Stacks, ["stack", "ls", "--all", "--json"], LIMIT_MS);
  if (listed.length === 0) throw new Error("This backend has no stacks; check `pulumi whoami --verbose`.");
  return listed.map(({ name }) => name);
}

/** The CLI prints full names, `organization/project/stack`, only for stacks of other projects. */
export function isOfThisProject(name: string): boolean {
  return name.split("/").length < 3;
}

/**
 * Opens all stacks of the backend whose states have keys or PayEngine's configuration, and those whose states cannot be
 * read.
 *
 * Audit them at once: their first state is the one that was read here.
 *
 * @param onStep called before each stack, with text.
 * @throws Error if there is no such stack.
 */
export async function openAllStacks(
  location: Omit<StackLocation, "stack"> = {},
  onStep?: (step: string) => void,
): Promise<StateSource[]> {
  const names = await listStacks(location);
  const backend = backendUrl(location);
  const opened = await allFewAtOnce(
    names.map((name, index) => async () => {
      onStep?.(`Reading stack ${index + 1} of ${names.length}`);
      const stack = await openStackOn({ ...location, stack: name }, backend);
      const source = isOfThisProject(name) ? stateOfStack(stack) : stateOfOtherProject(stack);
      const state = await source.load().catch(() => undefined);
      // One that cannot be read may have keys: the audit says why it cannot.
      if (state === undefined) return [source];
      return isOurs(state) ? [startingWith(state, source)] : [];
    }),
  );
  const sources = opened.flat();
  if (sources.length === 0)
    throw new Error(
      "No stack of this backend has PayEngine keys or configuration. Name a stack with --stack.",
    );
  return sources;
}

/** A source whose first load returns the state that was just read. */
function startingWith(state: StackState, source: StateSource): StateSource {
  const read = [state];
  return { ...source, load: async () => read.pop() ?? source.load() };
}

function isOurs({ keys, madeByHand, providers }: StackState): boolean {
  return keys.length + madeByHand.length > 0 || [...providers.values()].some(isConfigured);
}
