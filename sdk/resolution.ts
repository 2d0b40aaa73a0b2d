import { createRequire } from "node:module";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";

const resolvable = new Set<string>();

/**
 * Makes sure that Pulumi's plugin process, which runs in the project's folder, will find the provider.
 *
 * @throws pulumi.RunError with the command that mends it.
 */
export function requireProviderIn(folder: string): void {
  if (resolvable.has(folder)) return;
  try {
    createRequire(join(folder, "index.js")).resolve("pulumi-payengine/provider");
  } catch {
    throw new pulumi.RunError(
      `The Pulumi project in ${folder} cannot load pulumi-payengine, so its keys could not be made, refreshed or ` +
        `revoked. Run \`npm install pulumi-payengine\` in that folder (pnpm add, yarn add).`,
    );
  }
  resolvable.add(folder);
}
