import { configValues, type Environment, operationLimit, requireSettings, resolveConfig } from "./config";
import { sharedBy } from "./contexts";
import { type PayEngineClient, payEngineClient } from "./payengine/calls";
import { openDispatcher } from "./payengine/dispatcher";
import { NotFoundError } from "./payengine/errors";
import { createRequest } from "./payengine/http";
import { listKeys } from "./payengine/key-list";
import type { PayEngineKey } from "./payengine/read-answer";
import { redact } from "./payengine/redact";
import { ServerClock } from "./payengine/server-clock";

/** Which keys to list; what is left out does not matter. */
export interface KeyFilter {
  readonly type?: string | undefined;
  readonly namePrefix?: string | undefined;
  readonly status?: string | undefined;
}

/** What can be looked up in an account. */
export type Account = ReturnType<typeof accountOf>;

/**
 * Opens an account for as long as `work` takes.
 *
 * @param get configuration by its key, such as `payengine:apiUrl`.
 * @throws Error where configuration or account are not right.
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
    /** @throws Error where there is none. */
    async keyById(id: string): Promise<PayEngineKey> {
      try {
        return await api.getKey(id);
      } catch (error) {
        if (error instanceof NotFoundError && error.byContract)
          throw new Error(`this account has no key of the id "${shown(id)}"`);
        throw error;
      }
    },

    /** The key that bears this very name and is not revoked. @throws Error where there is none, or more than one. */
    async keyByName(name: string): Promise<PayEngineKey> {
      const [key, ...others] = await listKeys(api, name, (it) => it.name === name && !it.isRevoked);
      if (key === undefined)
        throw new Error(`this account has no key named "${shown(name)}" that is not revoked`);
      if (others.length === 0) return key;
      const ids = [key, ...others].map(({ id }) => id).join(", ");
      throw new Error(`${others.length + 1} keys are named "${shown(name)}": ask by id (${ids})`);
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

/** What stands where an id or name should is shown, unless it is as long as a private key. */
function shown(text: string): string {
  return text.length <= LONGEST_ID ? text : redact(text, []);
}

const LONGEST_ID = 64;
