import { isOfSameOrigin } from "../provider/api-key/proof";
import { shortFingerprint } from "../provider/payengine/key-value";
import { redact } from "../provider/payengine/redact";
import { showsPin } from "../provider/payengine/witnesses";
import type { Reachable } from "./accounts";
import type { RecordedKey } from "./pulumi/recorded-key";
import { isDefault } from "./pulumi/recorded-provider";

/**
 * Says whether something proves that a key was requested in this account.
 *
 * @param others keys in the states; those that the same credential made at the same address are witnesses.
 * @param shown IDs of the keys in the account's list.
 * @throws if PayEngine does not respond.
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
  // The pin from when the key was requested outranks today's pin, which is already proven.
  const pin = key.pinnedAccountId ?? settings.accountId;
  if (pin !== undefined && (pin === settings.accountId || (await showsPin(client, place, pin)))) return true;
  return type === "private" && merchantId !== undefined && (await client.hasMerchant(merchantId)) === true;
}

const PIN =
  "set payengine:accountId to the ID of the account, of one of its merchants or of one of its keys (`pulumi-payengine " +
  "doctor` prints it)";

/** Says how to prove the account. */
export function wayToProve({ provider, pinnedAccountId }: RecordedKey): string {
  const credential = "run this with the credential that created it";
  if (pinnedAccountId !== undefined)
    return `${credential}, or with a credential of the account that shows ${redact(pinnedAccountId, [])}`;
  // The settings of an explicit provider are in state, and change only with an update.
  return isDefault(provider) ? `${credential}, or ${PIN}` : credential;
}
