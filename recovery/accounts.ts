import { createRequest } from "../provider/client";
import { type ConfigValues, requireSettings, resolveConfig, type Settings } from "../provider/config";
import { openDispatcher } from "../provider/connections";
import { messageOf } from "../provider/errors";
import { type PayEngineApi, payEngineApi } from "../provider/payengine-api";
import { once } from "./once";
import { needsDecryption } from "./recorded-provider";
import type { RecordedKey, StackState } from "./stack-state";
import { isDefault, type ProviderValues, type StateSource } from "./state-source";

/** One account's keys endpoint, as a credential reaches it. */
export interface Account {
  readonly api: PayEngineApi;
  readonly apiUrl: string;
  /** The account's id, where PayEngine says it. */
  readonly id: string | undefined;
}

/** How a provider reference resolves: to an account and the settings that reach it, or to why it cannot be reached. */
export type Reached =
  | { readonly account: Account; readonly settings: Settings }
  | { readonly problem: string };

/** Opens each account once, however many providers and stacks share a credential. */
export class AccountPool {
  private readonly opened = new Map<string, Promise<Account>>();
  private readonly closers: (() => Promise<void>)[] = [];

  open(settings: Settings): Promise<Account> {
    const { apiUrl, credential, requestTimeout, maxRetries } = settings;
    const key = JSON.stringify([apiUrl, credential, requestTimeout, maxRetries]);
    const account = this.opened.get(key) ?? this.connect(settings);
    this.opened.set(key, account);
    return account;
  }

  async close(): Promise<void> {
    await Promise.all(this.closers.map((close) => close()));
  }

  private async connect(settings: Settings): Promise<Account> {
    const dispatcher = openDispatcher(settings);
    this.closers.push(() => dispatcher.destroy());
    const api = payEngineApi(createRequest(settings, dispatcher));
    return { api, apiUrl: settings.apiUrl, id: await api.accountId() };
  }
}

/**
 * Finds for each provider the credential and the account: from the environment first, then from an explicit provider's
 * own values, then from the stack's config.
 *
 * @param references those of the providers. Default: those that keys refer to.
 */
export async function reachAccounts(
  pool: AccountPool,
  source: StateSource,
  state: StackState,
  references: readonly string[] = keyProviders(state),
): Promise<ReadonlyMap<string, Reached>> {
  const shared = { ...source, decrypted: once(source.decrypted), config: once(source.config) };
  const reach = async (reference: string): Promise<Reached> => {
    try {
      return await openAccount(pool, shared, await providerValues(shared, state, reference));
    } catch (error) {
      return { problem: messageOf(error) };
    }
  };
  return new Map(await Promise.all(references.map(async (it) => [it, await reach(it)] as const)));
}

/** References to the providers that the keys of a state belong to. */
export function keyProviders({ keys }: StackState): string[] {
  return [...new Set(keys.map((key) => key.provider))];
}

/** The configuration of one provider that a state refers to. */
export async function providerValues(
  source: StateSource,
  state: StackState,
  reference: string,
): Promise<ProviderValues> {
  const recorded = state.providers.get(reference);
  if (recorded === undefined && !isDefault(reference)) {
    const provider = reference.split("::").slice(0, -1).join("::");
    throw new Error(`state does not hold its provider, ${provider}; ${BY_HAND}`);
  }
  if (recorded?.values.provider === undefined) return source.config();
  const { values } = recorded;
  if (!needsDecryption(recorded, source.env)) return values;
  const decrypted = (await source.decrypted()).get(reference);
  // Anything less, such as a configuration without its address, would send the credential elsewhere.
  if (decrypted === undefined || needsDecryption(decrypted, source.env)) {
    throw new Error(`the configuration of its provider "${values.provider}" cannot be decrypted; ${BY_HAND}`);
  }
  return decrypted.values;
}

const BY_HAND = "look for its key by name in PayEngine's dashboard";

async function openAccount(pool: AccountPool, source: StateSource, values: ProviderValues): Promise<Reached> {
  const settings = requireSettings(resolveConfig(values as ConfigValues, source.env));
  const account = await pool.open(settings);
  const problem = otherAccount(account, settings.accountId, "payengine:accountId pins");
  return problem === undefined ? { account, settings } : { problem };
}

/**
 * Says why a key cannot be looked for where its provider reaches: no account, or another one than state records, whose
 * list proves nothing of a key that was made elsewhere.
 */
export function unreachedBecause(key: RecordedKey, reached: Reached | undefined): string | undefined {
  if (reached === undefined) return "its provider is new in state; run this again";
  if ("problem" in reached) return reached.problem;
  const problem = otherAccount(reached.account, key.accountId, "state records");
  return problem ?? (key.isDamaged ? DAMAGED : undefined);
}

const DAMAGED = `state holds a value without the id of its key, so none of its keys can be proven lost; ${BY_HAND}`;

function otherAccount({ id }: Account, expected: string | undefined, source: string): string | undefined {
  if (expected === undefined || expected === id) return undefined;
  const todo = `use a credential and payengine:apiUrl of account ${expected}`;
  return id === undefined
    ? `PayEngine does not say which account the credential belongs to, but ${source} account ${expected}; ${todo}`
    : `the credential belongs to account ${id}, but ${source} account ${expected}; ${todo}`;
}
