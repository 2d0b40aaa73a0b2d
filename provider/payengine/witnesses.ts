import { authenticates, type PayEngineClient } from "./calls";
import { ApiError, NotFoundError, UnsupportedCallError } from "./errors";
import { once } from "./once";
import type { Place } from "./read-answer";
import { redact } from "./redact";

const NOTHING_TOLD: Place = { accountIds: [], merchantIds: [] };

/**
 * Asks once for what PayEngine tells of the account behind the credential, and again only after a failure. A user who
 * may not see it is told nothing.
 */
export function placeLookup(client: PayEngineClient): () => Promise<Place> {
  return once(() =>
    client.place().catch((error: unknown) => {
      if (error instanceof ApiError && error.status === 403 && error.byContract) return NOTHING_TOLD;
      throw error;
    }),
  );
}

/**
 * Says whether a pin names something that only this account can show: its id, one of its merchants, or one of its
 * keys.
 */
export async function showsPin(client: PayEngineClient, place: Place, pin: string): Promise<boolean> {
  if (place.accountIds.includes(pin) || place.merchantIds.includes(pin)) return true;
  return (await hasKey(client, pin)) || (await client.hasMerchant(pin)) === true;
}

/** @throws Error where the account does not show what payengine:accountId pins it by. */
export async function requirePin(
  client: PayEngineClient,
  place: () => Promise<Place>,
  pin: string | undefined,
): Promise<void> {
  if (pin === undefined || (await showsPin(client, await place(), pin))) return;
  throw new Error(
    `payengine:accountId pins ${redact(pin, [])}, but the account of this credential shows no account, merchant or key of ` +
      "that id; check the credential and payengine:apiUrl, or set what `pulumi-payengine doctor` prints",
  );
}

/**
 * Says why the account behind the credential is not the one that state records, where PayEngine tells of both.
 *
 * @param recorded the account's id in state.
 */
export function accountMismatch({ accountIds }: Place, recorded: string | undefined): string | undefined {
  const [actual] = accountIds;
  if (recorded === undefined || actual === undefined || accountIds.includes(recorded)) return undefined;
  return (
    `the credential belongs to account ${redact(actual, [])}, but state records account ${recorded}; use a credential ` +
    `and payengine:apiUrl of account ${recorded}`
  );
}

/** Says whether PayEngine shows a key of this id, live or revoked. */
async function hasKey(client: PayEngineClient, id: string): Promise<boolean> {
  try {
    await client.getKey(id);
    return true;
  } catch (error) {
    if (error instanceof UnsupportedCallError || error instanceof NotFoundError) return false;
    // An id of another form than the call expects.
    if (error instanceof ApiError && error.byContract && [400, 422].includes(error.status)) return false;
    throw error;
  }
}

/** What a private key's own value tells of it. */
export type ValueTold =
  /** It authenticates. */
  | "works"
  /** It gets 401 while the credential works: PayEngine answers, and does not know the value. */
  | "dead"
  /** The credential gets 401 as well, so a 401 says nothing. */
  | "unclear";

/**
 * Tries a private key's value between two tries of the credential: an outage that answers 401 to everybody kills no
 * key.
 *
 * @param credential and `value` are clients of the same address.
 * @throws the errors of a call that tells neither.
 */
export async function tryValue(credential: PayEngineClient, value: PayEngineClient): Promise<ValueTold> {
  if (!(await authenticates(credential))) return "unclear";
  if (await authenticates(value)) return "works";
  return (await authenticates(credential)) ? "dead" : "unclear";
}
