import { resolve } from "node:path";
import { z } from "zod";
import { openStack, type StackLocation } from "./pulumi-stack";
import { isConfigured } from "./recorded-provider";
import { pulumiJson } from "./run-pulumi";
import type { StackState } from "./stack-state";
import { type StateSource, stateOfOtherProject, stateOfStack } from "./state-source";

const Stacks = z.array(z.object({ name: z.string() }));
const LIMIT_MS = 120_000;

/**
 * Opens all stacks of the backend whose states have keys or PayEngine's configuration.
 *
 * @param onStep called before each stack, with text.
 * @throws Error if there is no such stack, or a state cannot be read.
 */
export async function openAllStacks(
  location: Omit<StackLocation, "stack"> = {},
  onStep?: (step: string) => void,
): Promise<StateSource[]> {
  const { env = process.env, command = "pulumi" } = location;
  const how = { command, cwd: resolve(location.cwd ?? process.cwd()), env };
  const listed = await pulumiJson(how, Stacks, ["stack", "ls", "--all", "--json"], LIMIT_MS);
  const sources: StateSource[] = [];
  // In sequence, because each starts a process of the CLI.
  for (const [index, { name }] of listed.entries()) {
    onStep?.(`Reading stack ${index + 1} of ${listed.length}`);
    const stack = await openStack({ ...location, stack: name });
    const source = isOfThisProject(name) ? stateOfStack(stack) : stateOfOtherProject(stack);
    if (isOurs(await source.load())) sources.push(source);
  }
  if (sources.length === 0)
    throw new Error(
      "No stack of this backend has PayEngine keys or configuration. Name a stack with --stack.",
    );
  return sources;
}

/** The CLI prints full names only for stacks of other projects. */
function isOfThisProject(name: string): boolean {
  return !name.includes("/");
}

function isOurs({ keys, madeByHand, providers }: StackState): boolean {
  return keys.length + madeByHand.length > 0 || [...providers.values()].some(isConfigured);
}
