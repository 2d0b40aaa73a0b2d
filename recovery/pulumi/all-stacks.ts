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
 * Names of all stacks of the backend, in every project.
 *
 * @throws Error if Pulumi's CLI does not run, or there is none.
 */
export async function listStacks(location: Omit<StackLocation, "stack"> = {}): Promise<string[]> {
  const { env = process.env, command = "pulumi" } = location;
  const how = { command, cwd: resolve(location.cwd ?? process.cwd()), env };
  const listed = await pulumiJson(how, Stacks, ["stack", "ls", "--all", "--json"], LIMIT_MS);
  if (listed.length === 0) throw new Error("This backend has no stacks; check `pulumi whoami --verbose`.");
  return listed.map(({ name }) => name);
}

/** The CLI prints full names, `organization/project/stack`, only for stacks of other projects. */
export function isOfThisProject(name: string): boolean {
  return name.split("/").length < 3;
}

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
  const names = await listStacks(location);
  const sources: StateSource[] = [];
  // In sequence, because each starts a process of the CLI.
  for (const [index, name] of names.entries()) {
    onStep?.(`Reading stack ${index + 1} of ${names.length}`);
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

function isOurs({ keys, madeByHand, providers }: StackState): boolean {
  return keys.length + madeByHand.length > 0 || [...providers.values()].some(isConfigured);
}
