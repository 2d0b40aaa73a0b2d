import { resolve } from "node:path";
import { z } from "zod";
import type { Environment } from "../../provider/config-keys";
import { once } from "../../provider/payengine/once";
import { CONFIG_PREFIX, needsDecryption } from "./recorded-provider";
import { pulumiJson, runPulumi } from "./run-pulumi";
import { readLock, type StackLock } from "./stack-lock";

/** Which stack to open, and how to run Pulumi's CLI. */
export interface StackLocation {
  /** Name of the stack. Default: the selected one. */
  readonly stack?: string | undefined;
  /** Folder of the Pulumi project. Default: the working folder. */
  readonly cwd?: string | undefined;
  /** Environment for the CLI and for credentials. Default: the environment of the process. */
  readonly env?: Environment | undefined;
  /** Path of Pulumi's CLI. Default: `pulumi` on PATH. */
  readonly command?: string | undefined;
}

/** One value of a stack's config. A secret has no value until it is decrypted. */
export interface ConfigEntry {
  /** The value in plaintext. */
  readonly value?: string | undefined;
  /** Whether it is encrypted. */
  readonly secret?: boolean | undefined;
}

/** A stack, accessed with Pulumi's CLI. The CLI's output stays in memory. */
export interface PulumiStack {
  /** Full name for display. */
  readonly name: string;
  /** Environment for the CLI and for credentials. */
  readonly env: Environment;
  /** The state, with encrypted secrets. */
  exportState(): Promise<string>;
  /** The state, with secrets in plaintext. */
  exportSecrets(): Promise<string>;
  /** The whole config of the stack, with encrypted secrets. */
  configEntries(): Promise<Readonly<Record<string, ConfigEntry>>>;
  /** Values of `payengine:…` in the stack's config, decrypted if needed. */
  config(): Promise<Record<string, string>>;
  /** The lock on the stack of this project, if the backend shows it. */
  lock(project: string): Promise<StackLock | undefined>;
  /**
   * Removes all pending creations from state.
   *
   * @param root URN of the stack itself: limits the refresh to it.
   */
  clearPendingCreates(root?: string): Promise<void>;
}

const LIMIT_MS = 120_000;
const REFRESH_LIMIT_MS = 30 * 60_000;
/** Time for a refresh to end after it is told to stop. */
const REFRESH_GRACE_MS = 60_000;

const Backend = z.object({ url: z.string() });
const Config = z.record(
  z.string(),
  z.object({ value: z.string().optional(), secret: z.boolean().optional() }),
);

/** @throws Error if no stack is selected or the CLI does not run. */
export async function openStack(location: StackLocation = {}): Promise<PulumiStack> {
  return openStackOn(location, backendUrl(location));
}

/** How to run the CLI for a stack. */
export function pulumiAt({ command = "pulumi", cwd = process.cwd(), env = process.env }: StackLocation) {
  return { command, cwd: resolve(cwd), env };
}

/** Asks the CLI for the address of the backend, once for all stacks that share the returned function. */
export function backendUrl(location: StackLocation): () => Promise<string> {
  const args = ["whoami", "--json", "--verbose"];
  return once(async () => (await pulumiJson(pulumiAt(location), Backend, args, LIMIT_MS)).url);
}

/** @param backend see {@link backendUrl}. */
export async function openStackOn(
  location: StackLocation,
  backend: () => Promise<string>,
): Promise<PulumiStack> {
  const how = pulumiAt(location);
  const { cwd, env } = how;
  const pulumi = (args: string[]) => runPulumi(how, args, LIMIT_MS);
  const name = location.stack ?? (await pulumi(["stack", "--show-name"])).trim();
  const on = ["--stack", name];
  const readConfig = (...flags: string[]) =>
    pulumiJson(how, Config, ["config", "--json", ...flags, ...on], LIMIT_MS);
  const configAsIs = once(() => readConfig());
  return {
    name,
    env,
    exportState: () => pulumi(["stack", "export", ...on]),
    exportSecrets: () => pulumi(["stack", "export", "--show-secrets", ...on]),
    configEntries: configAsIs,
    config: once(async () => {
      const asIs = ownConfig(await configAsIs());
      return needsDecryption(asIs, env) ? ownConfig(await readConfig("--show-secrets")).values : asIs.values;
    }),
    async lock(project) {
      return readLock(await backend(), cwd, project, name.split("/").at(-1) ?? "");
    },
    async clearPendingCreates(root) {
      const target = root === undefined ? [] : ["--target", root];
      const flags = ["--yes", "--skip-preview", "--clear-pending-creates"];
      await runPulumi(how, ["refresh", ...flags, ...target, ...on], REFRESH_LIMIT_MS, REFRESH_GRACE_MS);
    },
  };
}

/** The provider's part of a stack's config. */
function ownConfig(entries: Readonly<Record<string, ConfigEntry>>) {
  const values: Record<string, string> = {};
  const encrypted: string[] = [];
  for (const [name, { value, secret }] of Object.entries(entries)) {
    if (!name.startsWith(CONFIG_PREFIX)) continue;
    const key = name.slice(CONFIG_PREFIX.length);
    if (value !== undefined) values[key] = value;
    if (secret === true) encrypted.push(key);
  }
  return { values, encrypted };
}
