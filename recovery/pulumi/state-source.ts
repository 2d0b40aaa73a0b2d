import { readFile } from "node:fs/promises";
import type { Environment } from "../../provider/config-keys";
import { messageOf } from "../../provider/payengine/errors";
import { once } from "../../provider/payengine/once";
import type { PulumiStack } from "./pulumi-stack";
import { isDefault, needsDecryption, type ProviderValues, type RecordedProvider } from "./recorded-provider";
import type { StackLock } from "./stack-lock";
import { NewerStateError, readStackState, type StackState } from "./stack-state";

/** A source of state, with the configuration of its providers. */
export interface StateSource {
  /** Display name: a stack's name or a file's path. */
  readonly name: string;
  /** Whether it is an exported file, which may be older than its stack. */
  readonly isFile: boolean;
  /** Environment for credentials. */
  readonly env: Environment;
  /** @throws Error if it is not a state, or key names stay encrypted. */
  load(): Promise<StackState>;
  /** Configuration of the default provider. */
  config(): Promise<ProviderValues>;
  /** Providers with their secrets in plaintext. */
  decrypted(): Promise<ReadonlyMap<string, RecordedProvider>>;
  /** The lock on the stack, if the backend shows it. */
  lock(project: string): Promise<StackLock | undefined>;
}

/** The current state of a stack. */
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
    decrypted: once(async () => readStackState(await stack.exportSecrets()).providers),
    lock: (project) => stack.lock(project),
  };
}

/** A stack of another project. Its default provider is configured as at the last update, because the config is not here. */
export function stateOfOtherProject(stack: PulumiStack): StateSource {
  const source = stateOfStack(stack);
  return {
    ...source,
    async config() {
      const recorded = defaultProvider((await source.load()).providers);
      if (recorded === undefined) throw new Error(`the state of ${stack.name} has no default provider`);
      const provider = needsDecryption(recorded, stack.env)
        ? defaultProvider(await source.decrypted())
        : recorded;
      return provider?.values ?? recorded.values;
    },
  };
}

/**
 * A file that `pulumi stack export` wrote. If its secrets are encrypted, credentials come from the environment.
 *
 * @throws Error if the file cannot be read.
 */
export async function openStateFile(path: string, env: Environment = process.env): Promise<StateSource> {
  const source = stateOfFile(path, env);
  await source.load();
  return source;
}

/** The same, read when it is used. */
export function stateOfFile(path: string, env: Environment = process.env): StateSource {
  const todo = "name the stack with --stack, so that they can be decrypted";
  const load = once(async () => requireNames(await readStateFile(path), todo));
  const encrypted = () =>
    new Error(
      `its provider's configuration is partly encrypted in ${path}; if that is only the credential, set PAYENGINE_API_KEY ` +
        "(for an explicit provider, the variable of its credentialEnv); otherwise name the stack with --stack",
    );
  return {
    name: path,
    isFile: true,
    env,
    load,
    async config() {
      const provider = defaultProvider((await load()).providers);
      // Without the address, the credential would go to the default address.
      if (provider === undefined)
        throw new Error(`${path} has no default provider; name the stack with --stack`);
      if (needsDecryption(provider, env)) throw encrypted();
      return provider.values;
    },
    decrypted: async () => {
      throw encrypted();
    },
    lock: async () => undefined,
  };
}

/**
 * Reads a file that `pulumi stack export` wrote.
 *
 * @throws Error if the file cannot be read, or is not a stack's state.
 */
export async function readStateFile(path: string): Promise<StackState> {
  const bytes = await readFile(path).catch((error: unknown) => {
    throw new Error(`Cannot read the state file ${path}: ${messageOf(error)}`);
  });
  // Windows PowerShell redirects output to a file as UTF-16.
  const encoding = bytes[0] === 0xff && bytes[1] === 0xfe ? "utf-16le" : "utf-8";
  return parse(path, new TextDecoder(encoding).decode(bytes));
}

function parse(path: string, text: string): StackState {
  try {
    return readStackState(text);
  } catch (error) {
    if (error instanceof NewerStateError) throw new Error(`${path}: ${error.message}`);
    throw new Error(`${path} is not a stack's state; create one with \`pulumi stack export --file <file>\`.`);
  }
}

/** For a key that only a person can find. */
export const LOOK_BY_HAND = "look for its key by name in PayEngine's dashboard";

const DAMAGED = "look for them by name in PayEngine's dashboard";

function requireNames(state: StackState, todo: string): StackState {
  if (state.hidden.length === 0) return state;
  throw new Error(
    `The key names or IDs of ${state.hidden.join(", ")} are encrypted or damaged in state, so these keys cannot be ` +
      `checked; ${todo}.`,
  );
}

/** The default provider in state has the stack's config from the last update. */
function defaultProvider(providers: StackState["providers"]): RecordedProvider | undefined {
  return [...providers].find(([reference]) => isDefault(reference))?.[1];
}

/**
 * The configuration of one provider that a state refers to.
 *
 * @param reference `urn::id`.
 * @throws Error if state does not have it, or a needed value cannot be decrypted.
 */
export async function providerValues(
  source: StateSource,
  state: StackState,
  reference: string,
): Promise<ProviderValues> {
  const recorded = state.providers.get(reference);
  if (recorded === undefined && !isDefault(reference)) {
    const provider = reference.split("::").slice(0, -1).join("::");
    throw new Error(`state does not have its provider, ${provider}; ${LOOK_BY_HAND}`);
  }
  if (recorded?.values.provider === undefined) return source.config();
  const { values } = recorded;
  if (!needsDecryption(recorded, source.env)) return values;
  const decrypted = (await source.decrypted()).get(reference);
  // An incomplete configuration, such as one without the address, would send the credential elsewhere.
  if (decrypted === undefined || needsDecryption(decrypted, source.env)) {
    throw new Error(
      `the configuration of its provider "${values.provider}" cannot be decrypted; ${LOOK_BY_HAND}`,
    );
  }
  return decrypted.values;
}
