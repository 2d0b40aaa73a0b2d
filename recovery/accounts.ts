import type { Settings } from "../provider/api-key/context";
import { isSameAddress } from "../provider/api-key/proof";
import { omit } from "../provider/api-key/state";
import { type ConfigValues, requireSettings, resolveConfig } from "../provider/config";
import { type PayEngineClient, payEngineClient } from "../provider/payengine/calls";
import { openDispatcher } from "../provider/payengine/dispatcher";
import { messageOf } from "../provider/payengine/errors";
import { connectionBy, createRequest } from "../provider/payengine/http";
import type { Place } from "../provider/payengine/read-answer";
import { ServerClock } from "../provider/payengine/server-clock";
import { accountMismatch, placeLookup, requirePin } from "../provider/payengine/witnesses";
import type { RecordedKey } from "./pulumi/recorded-key";
import type { StackState } from "./pulumi/stack-state";
import { LOOK_BY_HAND, providerValues, type StateSource } from "./pulumi/state-source";

/** One account, as a credential reaches it. */
export interface ReachedAccount {
  readonly client: PayEngineClient;
  readonly apiUrl: string;
  /** What PayEngine returns about it: often nothing. */
  readonly place: Place;
  /** The account ID, if PayEngine returns one. */
  readonly id: string | undefined;
  /** PayEngine's time. */
  readonly clock: ServerClock;
}

/** An account and the settings that reach it. */
export interface Reachable {
  readonly account: ReachedAccount;
  readonly settings: Settings;
}

/** Why an account cannot be checked. */
export interface Unreachable {
  readonly problem: string;
  /** The settings, if known. */
  readonly settings: Settings | undefined;
}

/** How a provider reference resolves. */
export type Reached = Reachable | Unreachable;

/** Opens each account once per credential, for all providers and stacks. */
export class AccountPool {
  private readonly opened = new Map<string, Promise<ReachedAccount>>();
  private readonly closers: (() => Promise<void>)[] = [];
  private hasWarned = false;

  /** @param onWarning called once if this machine's clock differs from PayEngine's. */
  constructor(private readonly onWarning: (warning: string) => void = () => {}) {}

  open(settings: Settings): Promise<ReachedAccount> {
    const key = JSON.stringify(omit(settings, "accountId", "formerApiUrl"));
    const account = this.opened.get(key) ?? this.connect(settings);
    this.opened.set(key, account);
    return account;
  }

  async close(): Promise<void> {
    await Promise.all(this.closers.map((close) => close()));
  }

  private async connect(settings: Settings): Promise<ReachedAccount> {
    const dispatcher = openDispatcher(settings);
    this.closers.push(() => dispatcher.destroy());
    const clock = new ServerClock(undefined, (warning) => {
      if (!this.hasWarned) this.onWarning(warning);
      this.hasWarned = true;
    });
    const connection = { ...connectionBy(dispatcher), noteDate: (date: Date) => clock.note(date) };
    const client = payEngineClient(createRequest(settings, connection), settings.contract);
    const place = await placeLookup(client)();
    const [id, ...others] = place.accountIds;
    return { client, apiUrl: settings.apiUrl, place, id: others.length === 0 ? id : undefined, clock };
  }
}

/**
 * The current time for the ages of keys and states: PayEngine's, the earliest of several accounts. Without an account,
 * this machine's.
 */
export function presentOf(reached: Iterable<Pick<Reachable, "account"> | Unreachable>): Date {
  const times = [...reached].flatMap((it) => ("account" in it ? [it.account.clock.agreed().getTime()] : []));
  return times.length === 0 ? new Date() : new Date(Math.min(...times));
}

/**
 * Finds the credential and account of each provider, by the provider's own rules: see {@link resolveConfig}.
 *
 * @param references of the providers. Default: the ones that keys refer to.
 */
export async function reachAccounts(
  pool: AccountPool,
  source: StateSource,
  state: StackState,
  references: readonly string[] = keyProviders(state),
): Promise<ReadonlyMap<string, Reached>> {
  const reach = async (reference: string): Promise<Reached> => {
    let settings: Settings | undefined;
    try {
      const values = await providerValues(source, state, reference);
      settings = requireSettings(resolveConfig(values as ConfigValues, source.env));
      return await openAccount(
        pool,
        settings,
        state.keys.filter(({ provider }) => provider === reference),
      );
    } catch (error) {
      return { problem: messageOf(error), settings };
    }
  };
  return new Map(await Promise.all(references.map(async (it) => [it, await reach(it)] as const)));
}

/** References to the providers that the keys of a state belong to. */
export function keyProviders({ keys }: StackState): string[] {
  return [...new Set(keys.map((key) => key.provider))];
}

/** @param keys of its provider. If all were made at another address, the credential is not sent. */
async function openAccount(
  pool: AccountPool,
  settings: Settings,
  keys: readonly RecordedKey[],
): Promise<Reached> {
  const [elsewhere] = keys.map((key) => otherAddress(key, settings));
  if (elsewhere !== undefined && keys.every((key) => otherAddress(key, settings) !== undefined))
    return { problem: elsewhere, settings };
  if (settings.contract.kind === "dashboard")
    return { problem: keys.length === 0 ? NO_LIST : `${NO_LIST}; ${LOOK_BY_HAND}`, settings };
  const account = await pool.open(settings);
  await requirePin(account.client, async () => account.place, settings.accountId);
  return { account, settings };
}

const NO_LIST = 'payengine:contract is "dashboard", so no request lists the keys of its account';

/**
 * Says why a key cannot be looked up in its provider's account: no account, another address, or another account than
 * in state.
 */
export function unreachedBecause(key: RecordedKey, reached: Reached | undefined): string | undefined {
  if (reached === undefined) return PROVIDER_IS_NEW;
  const elsewhere = reached.settings && otherAddress(key, reached.settings);
  if (elsewhere !== undefined) return elsewhere;
  if ("problem" in reached) return reached.problem;
  // Another account's list proves nothing about this key.
  return accountMismatch(reached.account.place, key.accountId) ?? (key.isDamaged ? DAMAGED : undefined);
}

/** An update has changed state in the meantime. */
export const PROVIDER_IS_NEW = "its provider was just added to state; run this again";

const DAMAGED = `state has a value without its key ID, so no key of this resource can be proven lost; ${LOOK_BY_HAND}`;

function otherAddress({ apiUrl: made }: RecordedKey, settings: Settings): string | undefined {
  if (isSameAddress(made, settings)) return undefined;
  return (
    `its key was requested at ${made}, but payengine:apiUrl is ${settings.apiUrl}, so nothing was sent; set ` +
    `payengine:apiUrl back to ${made}, or, if that console has moved, set payengine:formerApiUrl to ${made}`
  );
}
