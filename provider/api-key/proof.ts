import { NotFoundError } from "../payengine/errors";
import { shortFingerprint } from "../payengine/key-value";
import type { PayEngineKey } from "../payengine/read-answer";
import { DEFAULT_API_URL } from "../payengine/settings";
import { accountMismatch, tryValue } from "../payengine/witnesses";
import { type Context, KeyError, type Settings, type WitnessKey } from "./context";
import { journalOf, LAG_MS } from "./journal";
import type { ApiKeyState } from "./schema";
import { findLiveKeys } from "./sweep";

/**
 * Makes sure, before any request for a key, that the address is the one where the key was created. Then makes sure that the
 * account is the pinned one and, if PayEngine shows it, the one in state.
 *
 * @throws KeyError for another address, Error for another account.
 */
export async function guardPlace(context: Context, state: ApiKeyState): Promise<void> {
  requireAddress(context, state);
  if (context.settings.accountId !== undefined) await context.provePin();
  const mismatch = state.accountId && accountMismatch(await context.place(), state.accountId);
  if (mismatch) throw new Error(mismatch);
}

/** Whether keys of the recorded address may be managed at the configured one. */
export function isSameAddress(
  recorded: string,
  { apiUrl, formerApiUrl }: Pick<Settings, "apiUrl" | "formerApiUrl">,
): boolean {
  return recorded === apiUrl || recorded === formerApiUrl;
}

/** @throws KeyError if the key was created at another address. */
export function requireAddress(context: Context, state: ApiKeyState): void {
  const recorded = state.apiUrl ?? DEFAULT_API_URL;
  if (isSameAddress(recorded, context.settings)) return;
  throw new KeyError(`payengine:apiUrl ${whyElsewhere(state.name, recorded, context.settings)}.`);
}

/** The error for a key that was created at another address. */
export function whyElsewhere(name: string, recorded: string, { apiUrl }: Pick<Settings, "apiUrl">): string {
  return (
    `is ${apiUrl}, but the key "${name}" was created at ${recorded}. Nothing was sent. Set payengine:apiUrl back or, if ` +
    `the console has moved, set payengine:formerApiUrl to ${recorded}`
  );
}

/** What state records of a key's account, as far as PayEngine shows it. */
export interface AccountFields {
  readonly accountId: string | undefined;
  readonly merchantId: string | undefined;
}

/** @throws Error if the account is not the pinned one, or the request fails. */
export async function accountFields(context: Context): Promise<AccountFields> {
  if (context.settings.accountId !== undefined) await context.provePin();
  const { accountIds, merchantIds } = await context.place();
  return { accountId: accountIds.length === 1 ? accountIds[0] : undefined, merchantId: merchantIds[0] };
}

/** Whether this credential created the key at this address. */
export function isSameCredential({ settings }: Context, { apiUrl, credentialFingerprint }: Origin): boolean {
  const isThere = isSameAddress(apiUrl ?? DEFAULT_API_URL, settings);
  return isThere && credentialFingerprint === shortFingerprint(settings.credential);
}

/** Whether the account is certainly the key's, independent of the keys that it shows. */
async function isSameAccount(context: Context, state: ApiKeyState): Promise<boolean> {
  if (isSameCredential(context, state) || isPinnedAlike(context, state)) return true;
  return state.accountId !== undefined && (await context.place()).accountIds.includes(state.accountId);
}

/**
 * Proves that the credential belongs to the key's account, before a key is created there or counts as absent.
 *
 * @param seen IDs of this resource's keys that PayEngine has shown to the credential.
 * @throws Error if nothing proves it.
 */
export async function provePlace(
  context: Context,
  state: ApiKeyState,
  seen: readonly string[],
): Promise<void> {
  if (seen.length > 0 || (await isSameAccount(context, state)) || (await isKeyShown(context, state))) return;
  // A parent organization's credential may see the merchant but not the key: if the value works, the account differs.
  if (state.type !== "public" && state.keyId !== undefined && state.token !== undefined)
    await requireDeadValue(context, state, state.token);
  if (await isRightPlace(context, state)) return;
  throw new Error(
    `nothing proves that the credential belongs to the account of the key "${state.name}": state does not record it as the ` +
      `key's creator, and PayEngine does not show it the key; use a credential of the key's account${pinFor(state)}`,
  );
}

/** Whether PayEngine shows this credential a key of the resource, by ID or, if no ID is known, by name. */
async function isKeyShown(context: Context, state: ApiKeyState): Promise<boolean> {
  const ids = [state.keyId ?? state.adoptedKeyId, state.previousKeyId].filter((id) => id !== undefined);
  for (const id of ids) if (await isShown(context, id, state.name)) return true;
  if (ids.length > 0 || state.madeByHand) return false;
  // It shows the page size, and is needed once per process before a key is created.
  await context.readableList();
  return (await findLiveKeys(context.client, state.uniqueName, journalOf(state).latestName)).length > 0;
}

/** Whether the pin, which has been proven by now, is one that the key's state records. */
function isPinnedAlike({ settings }: Context, state: ApiKeyState): boolean {
  const { accountId: pin } = settings;
  return pin !== undefined && [state.pinnedAccountId, state.accountId, state.merchantId].includes(pin);
}

/** The pin that would prove the account, if state has one. */
function pinFor({ merchantId }: ApiKeyState): string {
  return merchantId === undefined
    ? ""
    : `, or, if you are certain that merchant ${merchantId} belongs to this account only, set payengine:accountId to that ID`;
}

/** Whether PayEngine shows this credential another key in state that has the same account. */
async function showsRecordedKey(context: Context, state: ApiKeyState): Promise<boolean> {
  const isPublic = state.type === "public";
  // A private key's value would reveal another account. For a public key, only keys of the same origin count.
  const others = context
    .recordedKeys()
    .filter(({ keyId }) => ![state.keyId, state.previousKeyId].includes(keyId));
  const siblings = others.filter((it) => isOfSameOrigin(it, state));
  const rest = isPublic ? [] : others.filter((it) => !siblings.includes(it));
  for (const { keyId, name } of [...siblings, ...rest].slice(0, MOST_OTHERS)) {
    if (await isShown(context, keyId, name)) return true;
  }
  return false;
}

/** Maximum number of other keys to look up. */
export const MOST_OTHERS = 5;

type Origin = Partial<Pick<WitnessKey, "apiUrl" | "credentialFingerprint">>;

/** Whether the same credential created both at the same address. */
export function isOfSameOrigin(one: Origin, other: Origin): boolean {
  const { credentialFingerprint, apiUrl } = one;
  if (credentialFingerprint === undefined || apiUrl !== other.apiUrl) return false;
  return credentialFingerprint === other.credentialFingerprint;
}

/** Whether PayEngine shows this credential the merchant in state. */
async function showsMerchant(context: Context, { merchantId }: ApiKeyState): Promise<boolean> {
  return merchantId !== undefined && (await context.client.hasMerchant(merchantId)) === true;
}

export async function isShown(context: Context, keyId: string, name: string): Promise<boolean> {
  try {
    await context.readKey(keyId, name);
    return true;
  } catch (error) {
    if (error instanceof NotFoundError) return false;
    throw error;
  }
}

/**
 * Proves that a key which PayEngine cannot find is gone. This needs two things. The key is dead: the list does not show it,
 * it is older than the lag of new keys, and a private value gets 401 while the credential works. And the credential belongs
 * to the key's account.
 *
 * @returns other active keys of this resource.
 * @throws Error if it is not proven: the key may be active in another account.
 * @mechanism proof before gone
 * @mechanism right place
 */
export async function proveGone(context: Context, state: ApiKeyState): Promise<PayEngineKey[]> {
  const others = await otherLiveKeys(context, state);
  if (state.type !== "public" && state.token !== undefined)
    await requireDeadValue(context, state, state.token);
  if (isNew(context, state)) {
    throw new Error(
      "PayEngine cannot find it, but it was created less than a minute ago; try again in a minute",
    );
  }
  if (!(await isRightPlace(context, state))) {
    throw new Error(
      "PayEngine cannot find it, but nothing proves that the credential belongs to the key's account: state does not " +
        `record it as the key's creator. Use the one that created the key${pinFor(state)}; or, if the key is gone, run ` +
        "`pulumi state delete` with this resource's URN",
    );
  }
  return others;
}

/** @throws Error unless PayEngine no longer accepts the value. */
export async function requireDeadValue(context: Context, state: ApiKeyState, token: string): Promise<void> {
  const told = await tryValue(context.client, context.clientFor(token));
  if (told === "dead") return;
  if (told === "unclear")
    throw new Error(
      "PayEngine returns 401 for the credential too, so the key's status is unknown; try again when the credential works",
    );
  throw new Error(
    isSameCredential(context, state)
      ? "PayEngine reports that it is gone but still accepts its value; try again"
      : "PayEngine does not show the key to this credential but accepts the key's value, so the credential belongs to another " +
          "account; use a credential of the key's account",
  );
}

async function isRightPlace(context: Context, state: ApiKeyState): Promise<boolean> {
  if ((await isSameAccount(context, state)) || (await showsRecordedKey(context, state))) return true;
  return state.type !== "public" && showsMerchant(context, state);
}

function isNew(context: Context, { createdAt }: ApiKeyState): boolean {
  return createdAt !== undefined && context.serverNow().getTime() - Date.parse(createdAt) < LAG_MS;
}

/** Lists the other active keys of a resource whose own key is revoked or not found. */
export async function otherLiveKeys(context: Context, state: ApiKeyState): Promise<PayEngineKey[]> {
  const live = await findLiveKeys(context.client, state.uniqueName, journalOf(state).latestName);
  if (live.some((key) => key.id === state.keyId)) {
    throw new Error("PayEngine reports that it is gone but lists it as active; try again");
  }
  return live;
}
