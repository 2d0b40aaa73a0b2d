import { LAG_MS } from "../../provider/api-key/journal";
import { messageOf, NotFoundError } from "../../provider/payengine/errors";
import type { Reachable } from "../accounts";
import type { RecoveryOptions } from "../operation-time";
import { isProvenPlace, wayToProve } from "../place-proof";
import type { SourceProblem } from "../unreached";
import type { AuditedAccount } from "./account-lists";
import type { AuditedKey } from "./audited-key";
import type { Audited, LocatedKey } from "./audited-states";

/** Keys whose values are in state and no longer work. */
export async function goneKeys(
  { accounts, keys }: Audited,
  now: Date,
  { onStep }: RecoveryOptions,
): Promise<{ readonly keys: readonly AuditedKey[]; readonly unreached: readonly SourceProblem[] }> {
  const live = new Map(accounts.map((it) => [it, new Set(it.live.map(({ id }) => id))]));
  const found: AuditedKey[] = [];
  const unreached: SourceProblem[] = [];
  for (const key of keys) {
    const { audited, settings, keyId, resource, source } = key;
    if (audited === undefined || settings === undefined || keyId === undefined) continue;
    if (live.get(audited)?.has(keyId)) continue;
    onStep?.(`Requesting the key of ${resource}, which is not in the list`);
    try {
      const fate = await fateOf({ key, keyId, audited, settings }, keys, now);
      if (fate === "unproven")
        unreached.push({ source: source.name, resources: [resource], problem: unproven(key) });
      else found.push({ ...unlistedKey(key, keyId, audited), ...FATES[fate] });
    } catch (error) {
      unreached.push({ source: source.name, resources: [resource], problem: messageOf(error) });
    }
  }
  return { keys: found, unreached };
}

const FATES = {
  live: { category: "managed", note: "" },
  new: {
    category: "unsettled",
    note: "created less than a minute ago, so the list may not have it yet: run again",
  },
  gone: { category: "gone", note: "run pulumi refresh, then pulumi up, which creates a new key" },
} as const;

function unproven(key: LocatedKey): string {
  return `PayEngine does not find its key, but nothing proves that it was created in this account; ${wayToProve(key)}`;
}

/** A key that is not in its account's list. */
interface UnlistedKey {
  readonly key: LocatedKey;
  readonly keyId: string;
  readonly audited: AuditedAccount;
  readonly settings: Reachable["settings"];
}

/**
 * Requests the key itself, because a list may lag behind.
 *
 * @throws if PayEngine does not respond.
 */
async function fateOf(
  { key, keyId, audited: { account, shown }, settings }: UnlistedKey,
  others: readonly LocatedKey[],
  now: Date,
): Promise<keyof typeof FATES | "unproven"> {
  try {
    return (await account.client.getKey(keyId)).isRevoked ? "gone" : "live";
  } catch (error) {
    if (!(error instanceof NotFoundError && error.byContract)) throw error;
  }
  if (now.getTime() - Date.parse(key.createdAt ?? "") < LAG_MS) return "new";
  return (await isProvenPlace(key, { account, settings }, others, shown)) ? "gone" : "unproven";
}

function unlistedKey(key: LocatedKey, keyId: string, { account }: AuditedAccount) {
  const { source, resource, urn, name: keyName, createdAt, state } = key;
  const { id: accountId, apiUrl } = account;
  const provider = state.providers.get(key.provider)?.values.provider;
  const known = {
    source: source.name,
    resource,
    urn,
    keyName,
    keyId,
    apiUrl,
    provider,
    accountId,
    createdAt,
  };
  return { ...known, lastUsedAt: undefined, sharedWith: [] };
}
