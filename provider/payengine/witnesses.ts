import { authenticates, type PayEngineClient } from "./calls";
import { ApiError, NotFoundError, UnsupportedCallError } from "./errors";
import { once } from "./once";
import type { Place } from "./read-answer";
import { redact } from "./redact";

const NOTHING_TOLD: Place = { accountIds: [], merchantIds: [] };

/**
 * Requests once what PayEngine shows of the credential's account, and again only after a failure. A user without that
 * permission sees nothing.
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
 * Whether a pin is the ID of the account, of one of its merchants or of one of its keys.
 */
export async function showsPin(client: PayEngineClient, place: Place, pin: string): Promise<boolean> {
  if (place.accountIds.includes(pin) || place.merchantIds.includes(pin)) return true;
  return (await hasKey(client, pin)) || (await client.hasMerchant(pin)) === true;
}

/** @throws Error if the account does not show the ID in payengine:accountId. */
export async function requirePin(
  client: PayEngineClient,
  place: () => Promise<Place>,
  pin: string | undefined,
): Promise<void> {
  if (pin === undefined || (await showsPin(client, await place(), pin))) return;
  throw new Error(
    `payengine:accountId pins ${redact(pin, [])}, but PayEngine shows this credential no account, merchant or key with ` +
      "that ID; check the credential and payengine:apiUrl, or set the ID that `pulumi-payengine doctor` prints",
  );
}

/**
 * Why the credential's account is not the one in state, if PayEngine shows both.
 *
 * @param recorded the account ID in state.
 */
export function accountMismatch({ accountIds }: Place, recorded: string | undefined): string | undefined {
  const [actual] = accountIds;
  if (recorded === undefined || actual === undefined || accountIds.includes(recorded)) return undefined;
  return (
    `the credential belongs to account ${redact(actual, [])}, but state records account ${recorded}; use a credential ` +
    `and payengine:apiUrl of account ${recorded}`
  );
}

/** Whether PayEngine shows a key with this ID, active or revoked. */
async function hasKey(client: PayEngineClient, id: string): Promise<boolean> {
  try {
    await client.getKey(id);
    return true;
  } catch (error) {
    if (error instanceof UnsupportedCallError || error instanceof NotFoundError) return false;
    // An ID in another format than the request expects.
    if (error instanceof ApiError && error.byContract && [400, 422].includes(error.status)) return false;
    throw error;
  }
}

/** What a request with a private key shows of it. */
export type ValueTold =
  /** It authenticates. */
  | "works"
  /** It gets 401 while the credential works, so PayEngine no longer accepts it. */
  | "dead"
  /** The credential gets 401 too, so the 401 proves nothing. */
  | "unclear";

/**
 * Tests a private key between two tests of the credential, so that an outage which returns 401 to every request does not
 * make the key count as dead.
 *
 * @param credential and `value` are clients of the same address.
 * @throws the error of a request that shows neither.
 */
export async function tryValue(credential: PayEngineClient, value: PayEngineClient): Promise<ValueTold> {
  if (!(await authenticates(credential))) return "unclear";
  if (await authenticates(value)) return "works";
  return (await authenticates(credential)) ? "dead" : "unclear";
}
