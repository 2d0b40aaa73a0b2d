import { createRequest } from "../provider/client";
import { type ConfigValues, resolveConfig, type Settings } from "../provider/config";
import { openDispatcher } from "../provider/connections";
import { messageOf } from "../provider/errors";
import { type PayEngineApi, payEngineApi } from "../provider/payengine-api";
import { once } from "./once";
import type { StackState } from "./stack-state";
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
 * Finds for each provider that keys refer to the credential and the account: from the environment first, then from an
 * explicit provider's own values, then from the stack's config.
 */
export async function reachAccounts(
  pool: AccountPool,
  source: StateSource,
  state: StackState,
): Promise<ReadonlyMap<string, Reached>> {
  const references = [...new Set(state.keys.map((key) => key.provider))];
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

/** The configuration of one provider that a state refers to. */
export async function providerValues(
  source: StateSource,
  state: StackState,
  reference: string,
): Promise<ProviderValues> {
  const recorded = state.providers.get(reference);
  if (recorded === undefined && !isDefault(reference)) {
    throw new Error(`state does not hold its provider, ${reference.split("::").slice(0, -1).join("::")}`);
  }
  if (recorded?.values.provider === undefined) return source.config();
  const { values, encrypted } = recorded;
  const fromEnvironment = values.credentialEnv !== undefined && Boolean(source.env[values.credentialEnv]);
  const needed = encrypted.filter((key) => !(key === "apiKey" && fromEnvironment));
  return needed.length === 0 ? values : ((await source.decrypted()).get(reference)?.values ?? values);
}

async function openAccount(pool: AccountPool, source: StateSource, values: ProviderValues): Promise<Reached> {
  const configuration = resolveConfig(values as ConfigValues, source.env);
  if (configuration.kind !== "ready") {
    const failures = configuration.kind === "invalid" ? configuration.failures : [];
    throw new Error(failures.map(({ property, reason }) => `${property} ${reason}`).join("; "));
  }
  const { settings } = configuration;
  const account = await pool.open(settings);
  if (settings.accountId !== undefined && account.id !== settings.accountId) {
    throw new Error(
      account.id === undefined
        ? `PayEngine does not say which account the credential belongs to, but payengine:accountId pins ${settings.accountId}`
        : `the credential belongs to account ${account.id}, but payengine:accountId pins ${settings.accountId}`,
    );
  }
  return { account, settings };
}
