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
 * Makes sure, before anything is sent for a key, that it goes to the address that made the key; then that the account
 * is the one that is pinned, and the one that state records where PayEngine tells it.
 *
 * @throws KeyError for another address; Error for another account.
 */
export async function guardPlace(context: Context, state: ApiKeyState): Promise<void> {
  requireAddress(context, state);
  if (context.settings.accountId !== undefined) await context.provePin();
  const mismatch = state.accountId && accountMismatch(await context.place(), state.accountId);
  if (mismatch) throw new Error(mismatch);
}

/** Says whether what was made at an address may be looked for at the configured one. */
export function isSameAddress(
  recorded: string,
  { apiUrl, formerApiUrl }: Pick<Settings, "apiUrl" | "formerApiUrl">,
): boolean {
  return recorded === apiUrl || recorded === formerApiUrl;
}

/** @throws KeyError where the key was made at another address. */
export function requireAddress(context: Context, state: ApiKeyState): void {
  const recorded = state.apiUrl ?? DEFAULT_API_URL;
  if (isSameAddress(recorded, context.settings)) return;
  throw new KeyError(`payengine:apiUrl ${whyElsewhere(state.name, recorded, context.settings)}.`);
}

/** What is wrong with the address for a key that was made at another one, and what to do. */
export function whyElsewhere(name: string, recorded: string, { apiUrl }: Pick<Settings, "apiUrl">): string {
  return (
    `is ${apiUrl}, but the key "${name}" was made at ${recorded}. Nothing of it was sent there. Set payengine:apiUrl back; ` +
    `or, if that console has moved, set payengine:formerApiUrl to ${recorded}`
  );
}

/** What state records of the account in which a key is made, as far as PayEngine tells it. */
export interface AccountFields {
  readonly accountId: string | undefined;
  readonly merchantId: string | undefined;
}

/** @throws Error where the account is not the pinned one, or cannot be asked. */
export async function accountFields(context: Context): Promise<AccountFields> {
  if (context.settings.accountId !== undefined) await context.provePin();
  const { accountIds, merchantIds } = await context.place();
  return { accountId: accountIds.length === 1 ? accountIds[0] : undefined, merchantId: merchantIds[0] };
}

/** Says whether the credential is the one that made the key, at the address that made it. */
export function isSameCredential({ settings }: Context, { apiUrl, credentialFingerprint }: Origin): boolean {
  const isThere = isSameAddress(apiUrl ?? DEFAULT_API_URL, settings);
  return isThere && credentialFingerprint === shortFingerprint(settings.credential);
}

/** Says whether the account itself is known to be the one in which the key was made, whatever keys it shows. */
async function isSameAccount(context: Context, state: ApiKeyState): Promise<boolean> {
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
  if (seen.length > 0 || (await isSameAccount(context, state)) || (await isKeyShown(context, state))) return;
  // A parent organisation's credential sees the merchant too, but not the key: a value that works is of another account.
  if (state.type !== "public" && state.keyId !== undefined && state.token !== undefined)
    await requireDeadValue(context, state, state.token);
  if (await isRightPlace(context, state)) return;
  throw new Error(
    `nothing proves that the credential is of the account in which the key "${state.name}" was made: it is not the one that ` +
      `made it, and PayEngine does not show it the key; use a credential of that account${pinFor(state)}`,
  );
}

/** Says whether PayEngine shows this credential a key of the resource: by its id; where no id is known, by its name. */
async function isKeyShown(context: Context, state: ApiKeyState): Promise<boolean> {
  const ids = [state.keyId ?? state.adoptedKeyId, state.previousKeyId].filter((id) => id !== undefined);
  for (const id of ids) if (await isShown(context, id, state.name)) return true;
  if (ids.length > 0 || state.madeByHand) return false;
  // It tells how long a page is, and is needed once a process before a key is made.
  await context.readableList();
  return (await findLiveKeys(context.client, state.uniqueName, journalOf(state).latestName)).length > 0;
}

/** Says whether what pins the account now, which has been proven, is what the key was made under, or knew of. */
function isPinnedAlike({ settings }: Context, state: ApiKeyState): boolean {
  const { accountId: pin } = settings;
  return pin !== undefined && [state.pinnedAccountId, state.accountId, state.merchantId].includes(pin);
}

/** The pin that would serve as a witness, where state knows one. */
function pinFor({ merchantId }: ApiKeyState): string {
  return merchantId === undefined
    ? ""
    : `, or, where you know that merchant ${merchantId} is of this account alone, set payengine:accountId to that id`;
}

/** Says whether PayEngine shows this credential a key that another state of the same place holds. */
async function showsRecordedKey(context: Context, state: ApiKeyState): Promise<boolean> {
  const isPublic = state.type === "public";
  // A private key's own value tells of another account; of a public one only a key of the same origin does.
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

/** Of so many other keys it is asked whether the credential is shown them. */
export const MOST_OTHERS = 5;

type Origin = Partial<Pick<WitnessKey, "apiUrl" | "credentialFingerprint">>;

/** Says whether the same credential made both at the same address. */
export function isOfSameOrigin(one: Origin, other: Origin): boolean {
  const { credentialFingerprint, apiUrl } = one;
  if (credentialFingerprint === undefined || apiUrl !== other.apiUrl) return false;
  return credentialFingerprint === other.credentialFingerprint;
}

/** Says whether the merchant that state records answers to the credential. */
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
 * Proves that a key which PayEngine does not find is gone. Two things are needed: it is dead (the list lacks it too, it
 * is older than the time in which PayEngine may not know a new key, and a private value gets 401 while the credential
 * works), and the credential looks at the right place.
 *
 * @returns other live keys of this resource.
 * @throws Error where it is not proven: the key may live in another account.
 * @mechanism proof before gone
 * @mechanism right place
 */
export async function proveGone(context: Context, state: ApiKeyState): Promise<PayEngineKey[]> {
  const others = await otherLiveKeys(context, state);
  if (state.type !== "public" && state.token !== undefined)
    await requireDeadValue(context, state, state.token);
  if (isNew(context, state)) {
    throw new Error(
      "PayEngine does not find it, but it was made less than a minute ago; try again after that",
    );
  }
  if (!(await isRightPlace(context, state))) {
    throw new Error(
      "PayEngine does not find it, but nothing proves that the credential is of the account in which it was made: it " +
        `is not the one that made it. Use that one${pinFor(state)}; or, if the key is gone, run \`pulumi state delete\` with ` +
        "this resource's URN",
    );
  }
  return others;
}

/** @throws Error unless PayEngine has stopped accepting the value. */
export async function requireDeadValue(context: Context, state: ApiKeyState, token: string): Promise<void> {
  const told = await tryValue(context.client, context.clientFor(token));
  if (told === "dead") return;
  if (told === "unclear")
    throw new Error(
      "PayEngine answers 401 to the credential too, which says nothing of the key; try again when the credential works",
    );
  throw new Error(
    isSameCredential(context, state)
      ? "PayEngine says that it is gone, and yet its value authenticates; try again"
      : "PayEngine does not show the key to this credential, and yet accepts its value: the credential is of another account; use " +
          "one of the account in which the key was made",
  );
}

async function isRightPlace(context: Context, state: ApiKeyState): Promise<boolean> {
  if ((await isSameAccount(context, state)) || (await showsRecordedKey(context, state))) return true;
  return state.type !== "public" && showsMerchant(context, state);
}

function isNew(context: Context, { createdAt }: ApiKeyState): boolean {
  return createdAt !== undefined && context.serverNow().getTime() - Date.parse(createdAt) < LAG_MS;
}

/** Lists the other live keys of a resource whose own key PayEngine calls revoked or does not find. */
export async function otherLiveKeys(context: Context, state: ApiKeyState): Promise<PayEngineKey[]> {
  const live = await findLiveKeys(context.client, state.uniqueName, journalOf(state).latestName);
  if (live.some((key) => key.id === state.keyId)) {
    throw new Error("PayEngine says that it is gone, and yet lists it as live; try again");
  }
  return live;
}
