import { configValues, operationLimit, requireSettings, resolveConfig } from "./config";
import type { Environment } from "./config-keys";
import { sharedBy } from "./contexts";
import { type PayEngineClient, payEngineClient } from "./payengine/calls";
import { openDispatcher } from "./payengine/dispatcher";
import { NotFoundError } from "./payengine/errors";
import { createRequest } from "./payengine/http";
import { listKeys } from "./payengine/key-list";
import type { PayEngineKey } from "./payengine/read-answer";
import { redact } from "./payengine/redact";
import { ServerClock } from "./payengine/server-clock";

/** Filters for the keys to list. */
export interface KeyFilter {
  readonly type?: string | undefined;
  readonly namePrefix?: string | undefined;
  readonly status?: string | undefined;
}

/** Lookups in an account. */
export type Account = ReturnType<typeof accountOf>;

/**
 * Opens an account while `work` runs.
 *
 * @param get configuration by its key, such as `payengine:apiUrl`.
 * @throws Error if the configuration or the account is wrong.
 */
export async function onAccount<T>(
  get: (key: string) => string | undefined,
  env: Environment,
  work: (account: Account) => Promise<T>,
): Promise<T> {
  const settings = requireSettings(resolveConfig(configValues(get), env));
  const dispatcher = openDispatcher(settings);
  try {
    const limit = AbortSignal.timeout(operationLimit(settings));
    const { connection, pages, provePin } = sharedBy(settings, dispatcher, new ServerClock());
    await provePin();
    const request = createRequest(settings, connection, limit);
    return await work(accountOf(payEngineClient(request, settings.contract, pages)));
  } finally {
    await dispatcher.close();
  }
}

function accountOf(api: PayEngineClient) {
  return {
    /** @throws Error unless exactly one of the two is given, or if there is no such key. */
    keyBy({ id, name }: { readonly id?: unknown; readonly name?: unknown }): Promise<PayEngineKey> {
      if ((id === undefined) === (name === undefined)) throw new Error("pass either id or name");
      return id === undefined ? this.keyByName(String(name)) : this.keyById(String(id));
    },

    /** @throws Error if there is none. */
    async keyById(id: string): Promise<PayEngineKey> {
      try {
        return await api.getKey(id);
      } catch (error) {
        if (error instanceof NotFoundError && error.byContract)
          throw new Error(`this account has no key with the ID "${shown(id)}"`);
        throw error;
      }
    },

    /** The key with this exact name that is not revoked. @throws Error if there is none, or more than one. */
    async keyByName(name: string): Promise<PayEngineKey> {
      const [key, ...others] = await listKeys(api, name, (it) => it.name === name && !it.isRevoked);
      if (key === undefined) throw new Error(`this account has no active key named "${shown(name)}"`);
      if (others.length === 0) return key;
      const ids = [key, ...others].map(({ id }) => id).join(", ");
      throw new Error(`${others.length + 1} keys are named "${shown(name)}"; look one up by its ID (${ids})`);
    },

    keysLike({ type, namePrefix = "", status }: KeyFilter): Promise<PayEngineKey[]> {
      const matches = (wanted: string | undefined, actual: string) =>
        wanted === undefined || wanted === actual;
      return listKeys(
        api,
        namePrefix,
        (it) => it.name.startsWith(namePrefix) && matches(type, it.type) && matches(status, it.status),
      );
    },
  };
}

/** What a lookup returns of a key: the value of public keys only. */
export function infoOf({ id, value, redacted, name, type, status, createdAt, lastUsedAt }: PayEngineKey) {
  const token = type === "public" ? value : undefined;
  return { keyId: id, name, type, status, createdAt, lastUsedAt, token, redactedToken: redacted };
}

/** An ID or name for an error, redacted if it is as long as a private key. */
function shown(text: string): string {
  return text.length <= LONGEST_ID ? text : redact(text, []);
}

const LONGEST_ID = 64;
