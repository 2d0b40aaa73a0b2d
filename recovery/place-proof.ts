import { isOfSameOrigin } from "../provider/api-key/proof";
import { shortFingerprint } from "../provider/payengine/key-value";
import { redact } from "../provider/payengine/redact";
import { showsPin } from "../provider/payengine/witnesses";
import type { Reachable } from "./accounts";
import { isDefault } from "./pulumi/recorded-provider";
import type { RecordedKey } from "./pulumi/stack-state";

/**
 * Says whether something proves that a key was asked for in the account where it was looked for, at an address where it
 * may be looked for.
 *
 * @param others keys that states hold: those that the same credential made at the same address are witnesses.
 * @param shown ids of the keys that the account's list shows.
 * @throws where PayEngine does not answer.
 */
export async function isProvenPlace(
  key: RecordedKey,
  { account, settings }: Reachable,
  others: readonly RecordedKey[],
  shown: ReadonlySet<string>,
): Promise<boolean> {
  const { client, place } = account;
  const { credentialFingerprint, accountId, merchantId, type } = key;
  if (credentialFingerprint === shortFingerprint(settings.credential)) return true;
  if (accountId !== undefined && place.accountIds.includes(accountId)) return true;
  const siblings = others.filter((it) => it.keyId !== key.keyId && isOfSameOrigin(it, key));
  if (siblings.some(({ keyId }) => keyId !== undefined && shown.has(keyId))) return true;
  // What pinned the account when the key was asked for says more than what pins it now, which has been proven.
  const pin = key.pinnedAccountId ?? settings.accountId;
  if (pin !== undefined && (pin === settings.accountId || (await showsPin(client, place, pin)))) return true;
  return type === "private" && merchantId !== undefined && (await client.hasMerchant(merchantId)) === true;
}

const PIN =
  "set payengine:accountId to the id of the account, of one of its merchants or of one of its keys (`pulumi-payengine " +
  "doctor` prints it)";

/** Which witness would have served. */
export function wayToProve({ provider, pinnedAccountId }: RecordedKey): string {
  const credential = "run this with the credential that made it";
  if (pinnedAccountId !== undefined)
    return `${credential}, or with one of the account that shows ${redact(pinnedAccountId, [])}`;
  // The settings of an explicit provider stand in state, and change only with an update.
  return isDefault(provider) ? `${credential}, or ${PIN}` : credential;
}
