import { createRequire } from "node:module";
import { join } from "node:path";
import * as pulumi from "@pulumi/pulumi";

const resolvable = new Set<string>();

/**
 * Makes sure that Pulumi's plugin process, which runs in the project's folder, can load the provider.
 *
 * @throws pulumi.RunError that says how to install it.
 */
export function requireProviderIn(folder: string): void {
  if (resolvable.has(folder)) return;
  try {
    createRequire(join(folder, "index.js")).resolve("pulumi-payengine/provider");
  } catch {
    throw new pulumi.RunError(
      `The Pulumi project in ${folder} cannot load pulumi-payengine, so no key can be created, refreshed or revoked. ` +
        "Run `npm install pulumi-payengine` in that folder (or use pnpm add or yarn add).",
    );
  }
  resolvable.add(folder);
}
