import type * as pulumi from "@pulumi/pulumi";

/** Settles all promises of an output. An unhandled rejection would end the process, as it ends a program. */
export async function settled(output: pulumi.Output<unknown>): Promise<PromiseSettledResult<unknown>> {
  const parts = output as unknown as {
    promise(): Promise<unknown>;
    allResources(): Promise<unknown>;
    isKnown: Promise<unknown>;
    isSecret: Promise<unknown>;
  };
  const all = [parts.promise(), parts.allResources(), parts.isKnown, parts.isSecret];
  const [value] = await Promise.allSettled(all);
  return value;
}
