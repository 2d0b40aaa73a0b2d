import { readFile } from "node:fs/promises";
import type { ConfigKey, Environment } from "../provider/config";
import { messageOf } from "../provider/payengine/errors";
import type { PulumiStack } from "./pulumi-stack";
import { needsDecryption, type RecordedProvider } from "./recorded-provider";
import type { StackLock } from "./stack-lock";
import { readStackState, type StackState } from "./stack-state";

/** What a provider is configured with. */
export type ProviderValues = Partial<Record<ConfigKey, string>>;

/** Where a state comes from, and the configuration of its providers. */
export interface StateSource {
  /** For display: a stack's name or a file's path. */
  readonly name: string;
  /** Whether it is an exported file, which may be older than its stack. */
  readonly isFile: boolean;
  /** Where credentials are looked up. */
  readonly env: Environment;
  /** @throws Error where it is no state, or names of keys stay encrypted. */
  load(): Promise<StackState>;
  /** Configuration of the default provider. */
  config(): Promise<ProviderValues>;
  /** Providers with their secrets in plaintext. */
  decrypted(): Promise<ReadonlyMap<string, RecordedProvider>>;
  /** The lock on the stack, where the backend shows it. */
  lock(project: string): Promise<StackLock | undefined>;
}

/** A stack as Pulumi's backend holds it now. */
export function stateOfStack(stack: PulumiStack): StateSource {
  return {
    name: stack.name,
    isFile: false,
    env: stack.env,
    async load() {
      const state = readStackState(await stack.exportState());
      return state.hidden.length === 0
        ? state
        : requireNames(readStackState(await stack.exportSecrets()), DAMAGED);
    },
    config: () => stack.config(),
    decrypted: async () => readStackState(await stack.exportSecrets()).providers,
    lock: (project) => stack.lock(project),
  };
}

/**
 * A file that `pulumi stack export` has written. Where its secrets are encrypted, credentials come from the
 * environment.
 *
 * @throws Error where the file cannot be read.
 */
export async function openStateFile(path: string, env: Environment = process.env): Promise<StateSource> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    throw new Error(`The state file ${path} cannot be read: ${messageOf(error)}`);
  });
  const state = requireNames(parse(path, text), "name the stack with --stack, where they can be decrypted");
  const encrypted = () =>
    new Error(
      `some of its provider's configuration is encrypted in ${path}; set PAYENGINE_API_KEY, for an explicit provider ` +
        "its credentialEnv, if that is the credential only; else name the stack with --stack",
    );
  return {
    name: path,
    isFile: true,
    env,
    load: async () => state,
    async config() {
      const provider = defaultProvider(state);
      // Without its address the credential would be sent to the usual one.
      if (provider === undefined)
        throw new Error(`${path} holds no default provider; name the stack with --stack`);
      if (needsDecryption(provider, env)) throw encrypted();
      return provider.values;
    },
    decrypted: async () => {
      throw encrypted();
    },
    lock: async () => undefined,
  };
}

function parse(path: string, text: string): StackState {
  try {
    return readStackState(text);
  } catch {
    throw new Error(
      `${path} is not the state of a stack; write one with \`pulumi stack export --file <file>\`.`,
    );
  }
}

const DAMAGED = "look for them by name in PayEngine's dashboard";

function requireNames(state: StackState, todo: string): StackState {
  if (state.hidden.length === 0) return state;
  throw new Error(
    `The state does not show the names or ids of the keys of ${state.hidden.join(", ")}: they are encrypted or ` +
      `damaged, so nothing can be said of their keys; ${todo}.`,
  );
}

/** The default provider records what the stack's config said at the last update. */
function defaultProvider(state: StackState): RecordedProvider | undefined {
  return [...state.providers].find(([reference]) => isDefault(reference))?.[1];
}

/** Stands for the default provider where state holds none. */
export const DEFAULT_PROVIDER = "default";

/** Says whether a reference, `urn::id`, is to the provider that Pulumi makes by itself. */
export function isDefault(reference: string): boolean {
  return (
    reference === DEFAULT_PROVIDER ||
    /::pulumi:providers:pulumi-nodejs::default(_[\w]+)?::[^:]*$/.test(reference)
  );
}
