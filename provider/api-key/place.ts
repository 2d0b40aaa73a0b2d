import { NotFoundError } from "../payengine/errors";
import type { Place } from "../payengine/read-answer";
import { DEFAULT_API_URL } from "../payengine/settings";
import { accountMismatch } from "../payengine/witnesses";
import type { Context } from "./context";
import { KeyError } from "./key-error";
import { type ApiKeyState, placeFingerprint } from "./state";

/**
 * Makes sure, before anything is sent for a key, that it goes to the address that made the key; then that the account
 * is the one that is pinned, and the one that state records where PayEngine tells it.
 *
 * @throws KeyError for another address; Error for another account.
 */
export async function guardPlace(context: Context, state: ApiKeyState): Promise<void> {
  requireAddress(context, state);
  if (context.pin !== undefined) await context.provePin();
  if (state.accountId !== undefined) requireAccount(await context.place(), state.accountId);
}

/** Where calls go, and where they went before a console moved. */
export interface Addresses {
  readonly apiUrl: string;
  readonly formerApiUrl: string | undefined;
}

/** Says whether what was made at an address may be looked for at the configured one. */
export function isSameAddress(recorded: string, { apiUrl, formerApiUrl }: Addresses): boolean {
  return recorded === apiUrl || recorded === formerApiUrl;
}

function requireAddress(context: Context, state: ApiKeyState): void {
  const recorded = state.apiUrl ?? DEFAULT_API_URL;
  if (isSameAddress(recorded, context)) return;
  throw new KeyError(
    `The key "${state.name}" was made at ${recorded}, but payengine:apiUrl is ${context.apiUrl}. Nothing of it was sent there. Set ` +
      `payengine:apiUrl back; or, if that console has moved, set payengine:formerApiUrl to ${recorded}.`,
  );
}

function requireAccount(place: Place, recorded: string): void {
  const mismatch = accountMismatch(place, recorded);
  if (mismatch !== undefined) throw new Error(mismatch);
}

/** What state records of the account in which a key is made, as far as PayEngine tells it. */
export interface AccountFields {
  readonly accountId: string | undefined;
  readonly merchantId: string | undefined;
}

/** @throws Error where the account is not the pinned one, or cannot be asked. */
export async function accountFields(context: Context): Promise<AccountFields> {
  if (context.pin !== undefined) await context.provePin();
  const { accountIds, merchantIds } = await context.place();
  return { accountId: accountIds.length === 1 ? accountIds[0] : undefined, merchantId: merchantIds[0] };
}

/** Says whether the credential is the one that made the key, at the address that made it. */
export function isSameCredential(context: Context, state: ApiKeyState): boolean {
  const isThere = isSameAddress(state.apiUrl ?? DEFAULT_API_URL, context);
  return isThere && state.credentialFingerprint === placeFingerprint(context.credential);
}

/** Says whether the account itself is known to be the one in which the key was made, whatever keys it shows. */
export async function isSameAccount(context: Context, state: ApiKeyState): Promise<boolean> {
  if (isSameCredential(context, state) || isPinnedAlike(context, state)) return true;
  return state.accountId !== undefined && (await context.place()).accountIds.includes(state.accountId);
}

/**
 * Proves that the credential looks at the account in which a key was made, before anything is made or taken for absent
 * there.
 *
 * @param seen ids of keys of this resource that the credential has been shown.
 * @throws Error where nothing proves it.
 */
export async function provePlace(
  context: Context,
  state: ApiKeyState,
  seen: readonly string[],
): Promise<void> {
  if (seen.length > 0 || (await isSameAccount(context, state))) return;
  for (const id of [state.keyId, state.previousKeyId]) {
    if (id !== undefined && (await isShown(context, id, state.name))) return;
  }
  if (state.type !== "public" && (await showsMerchant(context, state))) return;
  throw new Error(
    "nothing proves that the credential is of the account in which this key was made: it is not the one that made it, and " +
      `PayEngine does not show it the key; use a credential of that account${pinFor(state)}`,
  );
}

/** Says whether what pins the account now, which has been proven, is what the key was made under, or knew of. */
function isPinnedAlike({ pin }: Context, { pinnedAccountId, accountId, merchantId }: ApiKeyState): boolean {
  return pin !== undefined && [pinnedAccountId, accountId, merchantId].includes(pin);
}

/** The pin that would serve as a witness, where state knows one. */
export function pinFor({ merchantId }: ApiKeyState): string {
  return merchantId === undefined
    ? ""
    : `, or, where you know that merchant ${merchantId} is of this account alone, set payengine:accountId to that id`;
}

/** Says whether PayEngine shows this credential a key that another state of the same place holds. */
export async function showsRecordedKey(context: Context, state: ApiKeyState): Promise<boolean> {
  const isPublic = state.type === "public";
  // A private key's own value tells of another account; of a public one only a key of the same origin does.
  const others = context.recorded.besides(state).filter((it) => it.isOfSamePlace || !isPublic);
  for (const { keyId, name } of others.slice(0, MOST_OTHERS)) {
    if (await isShown(context, keyId, name)) return true;
  }
  return false;
}

const MOST_OTHERS = 5;

/** Says whether the merchant that state records answers to the credential. */
export async function showsMerchant(context: Context, { merchantId }: ApiKeyState): Promise<boolean> {
  return merchantId !== undefined && (await context.client.hasMerchant(merchantId)) === true;
}

async function isShown(context: Context, keyId: string, name: string): Promise<boolean> {
  try {
    await context.readKey(keyId, name);
    return true;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}
