import { LAG_MS } from "../provider/api-key/proof";
import type { PayEngineClient } from "../provider/payengine/calls";
import { messageOf, NotFoundError } from "../provider/payengine/errors";
import type { Audited, AuditProblem, LocatedKey } from "./audit-states";
import type { AuditedKey } from "./audited-key";
import { isProvenPlace, wayToProve } from "./place-proof";
import type { SettlingOptions } from "./settling";

/** Keys whose values states hold, and that no longer work. */
export async function gone(
  { accounts, keys }: Audited,
  now: Date,
  { onStep }: SettlingOptions = {},
): Promise<{ readonly keys: readonly AuditedKey[]; readonly unreached: readonly AuditProblem[] }> {
  const live = new Map(accounts.map((it) => [it, new Set(it.live.map(({ id }) => id))]));
  const found: AuditedKey[] = [];
  const unreached: AuditProblem[] = [];
  for (const key of keys) {
    const { audited, settings, keyId, resource, source } = key;
    if (audited === undefined || settings === undefined || keyId === undefined) continue;
    if (live.get(audited)?.has(keyId)) continue;
    onStep?.(`Asking PayEngine for the key of ${resource}, which it does not list`);
    const isNew = now.getTime() - Date.parse(key.createdAt ?? "") < LAG_MS;
    const { account, shown } = audited;
    const isRightPlace = () => isProvenPlace(key, { account, settings }, keys, shown);
    const fate = await fateOf(account.client, keyId, isNew, isRightPlace).catch((error: unknown) => ({
      problem: messageOf(error),
    }));
    const add = (more: Partial<AuditedKey>) => found.push({ ...goneKey(key, keyId, account.id), ...more });
    if (fate === "live") add({ category: "managed", note: "" });
    else if (fate === "new") add({ category: "unsettled", note: TOO_NEW });
    else if (fate === "gone") add({});
    else {
      const problem = fate === "unproven" ? unproven(key) : fate.problem;
      unreached.push({ source: source.name, resources: [resource], problem });
    }
  }
  return { keys: found, unreached };
}

const TOO_NEW = "made less than a minute ago, and PayEngine may not know it yet: look again";

function unproven(key: LocatedKey): string {
  return `PayEngine does not find its key, but nothing proves that it was made in this account; ${wayToProve(key)}`;
}

/**
 * A list may lag behind: the key itself is asked for.
 *
 * @throws where PayEngine does not answer.
 */
async function fateOf(
  client: PayEngineClient,
  keyId: string,
  isNew: boolean,
  isRightPlace: () => Promise<boolean>,
): Promise<"live" | "gone" | "new" | "unproven"> {
  try {
    return (await client.getKey(keyId)).isRevoked ? "gone" : "live";
  } catch (error) {
    if (!(error instanceof NotFoundError && error.byContract)) throw error;
  }
  if (isNew) return "new";
  return (await isRightPlace()) ? "gone" : "unproven";
}

function goneKey(key: LocatedKey, keyId: string, accountId: string | undefined): AuditedKey {
  const { source, resource, urn, name: keyName, createdAt } = key;
  return {
    ...{ category: "gone", source: source.name, resource, urn, keyName, keyId, accountId, createdAt },
    ...{
      lastUsedAt: undefined,
      sharedWith: [],
      note: "run pulumi refresh, then pulumi up, which makes a new one",
    },
  };
}
