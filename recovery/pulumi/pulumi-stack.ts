import { resolve } from "node:path";
import { z } from "zod";
import type { Environment } from "../../provider/config";
import { once } from "../../provider/payengine/once";
import { CONFIG_PREFIX, needsDecryption } from "./recorded-provider";
import { pulumiJson, runPulumi } from "./run-pulumi";
import { readLock, type StackLock } from "./stack-lock";

/** Which stack, and how Pulumi's CLI is run. */
export interface StackLocation {
  /** Name of the stack. Default: the selected one. */
  readonly stack?: string | undefined;
  /** Folder of the Pulumi project. Default: the working folder. */
  readonly cwd?: string | undefined;
  /** Environment of the CLI, and where credentials are looked up. Default: that of the process. */
  readonly env?: Environment | undefined;
  /** Pulumi's CLI. Default: `pulumi` on PATH. */
  readonly command?: string | undefined;
}

/** One value of a stack's config; a secret one has no value until it is decrypted. */
export interface ConfigEntry {
  /** The value in plaintext. */
  readonly value?: string | undefined;
  /** Whether it is kept encrypted. */
  readonly secret?: boolean | undefined;
}

/** A stack, by Pulumi's CLI. What the CLI prints stays in memory. */
export interface PulumiStack {
  /** Full name for display. */
  readonly name: string;
  /** The environment that the CLI runs in, and where credentials are looked up. */
  readonly env: Environment;
  /** The state with its secrets encrypted. */
  exportState(): Promise<string>;
  /** The state with its secrets in plaintext. */
  exportSecrets(): Promise<string>;
  /** The whole config of the stack, secrets not decrypted. */
  configEntries(): Promise<Readonly<Record<string, ConfigEntry>>>;
  /** Values of `payengine:…` in the stack's config; decrypted where they are needed. */
  config(): Promise<Record<string, string>>;
  /** The lock on the stack of this project, where the backend shows it. */
  lock(project: string): Promise<StackLock | undefined>;
  /**
   * Drops all pending creations from state.
   *
   * @param root URN of the stack itself: with it, nothing else of the state is refreshed.
   */
  clearPendingCreates(root?: string): Promise<void>;
}

const LIMIT_MS = 120_000;
const REFRESH_LIMIT_MS = 30 * 60_000;
/** For what a refresh has under way, when it is told to end. */
const REFRESH_GRACE_MS = 60_000;

const Backend = z.object({ url: z.string() });
const Config = z.record(
  z.string(),
  z.object({ value: z.string().optional(), secret: z.boolean().optional() }),
);

/** @throws Error where no stack is selected or the CLI does not run. */
export async function openStack(location: StackLocation = {}): Promise<PulumiStack> {
  const env = location.env ?? process.env;
  const cwd = resolve(location.cwd ?? process.cwd());
  const how = { command: location.command ?? "pulumi", cwd, env };
  const pulumi = (args: string[]) => runPulumi(how, args, LIMIT_MS);
  const name = location.stack ?? (await pulumi(["stack", "--show-name"])).trim();
  const on = ["--stack", name];
  const readConfig = (...flags: string[]) =>
    pulumiJson(how, Config, ["config", "--json", ...flags, ...on], LIMIT_MS);
  const configAsIs = once(() => readConfig());
  const backend = once(() => pulumiJson(how, Backend, ["whoami", "--json", "--verbose"], LIMIT_MS));
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
      const { url } = await backend();
      return readLock(url, cwd, project, name.split("/").at(-1) ?? "");
    },
    async clearPendingCreates(root) {
      const target = root === undefined ? [] : ["--target", root];
      const flags = ["--yes", "--skip-preview", "--clear-pending-creates"];
      await runPulumi(how, ["refresh", ...flags, ...target, ...on], REFRESH_LIMIT_MS, REFRESH_GRACE_MS);
    },
  };
}

/** What of a stack's config is the provider's. */
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
