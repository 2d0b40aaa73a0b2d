import { LAG_MS } from "../provider/api-key/absence";
import { messageOf, NotFoundError } from "../provider/errors";
import { isRevoked, type PayEngineApi } from "../provider/payengine-api";
import type { Audited, AuditProblem, LocatedKey } from "./audit-states";
import type { AuditedKey } from "./audited-key";
import type { SettlingOptions } from "./settling";

/** Keys whose values states hold, and that no longer work. */
export async function gone(
  { accounts, keys }: Audited,
  now: Date,
  { onStep }: SettlingOptions = {},
): Promise<{ readonly keys: readonly AuditedKey[]; readonly unreached: readonly AuditProblem[] }> {
  const live = new Map(accounts.map((it) => [it.account, new Set(it.live.map(({ id }) => id))]));
  const found: AuditedKey[] = [];
  const unreached: AuditProblem[] = [];
  for (const key of keys) {
    const { account, keyId, resource, source } = key;
    if (account === undefined || keyId === undefined || live.get(account)?.has(keyId)) continue;
    const isNew = now.getTime() - Date.parse(key.createdAt ?? "") < LAG_MS;
    const isProven = account.id !== undefined && key.accountId === account.id;
    onStep?.(`Asking PayEngine for the key of ${resource}, which it does not list`);
    const fate = await fateOf(account.api, keyId);
    const add = (more: Partial<AuditedKey>) => found.push({ ...goneKey(key, keyId, account.id), ...more });
    if (fate === "live") add({ category: "managed", note: "" });
    else if (fate === "absent" && isNew) add({ category: "unsettled", note: TOO_NEW });
    else if (fate === "revoked" || (fate === "absent" && isProven)) add({});
    else {
      const problem = fate === "absent" ? UNPROVEN : fate.problem;
      unreached.push({ source: source.name, resources: [resource], problem });
    }
  }
  return { keys: found, unreached };
}

const TOO_NEW = "made less than a minute ago, and PayEngine may not know it yet: look again";

const UNPROVEN =
  "PayEngine does not find its key, but which account it was made in is not known, so it may live in another one";

type Fate = "revoked" | "absent" | "live" | { readonly problem: string };

/** A list may lag behind: the key itself is asked for. */
async function fateOf(api: PayEngineApi, keyId: string): Promise<Fate> {
  try {
    return isRevoked(await api.getKey(keyId)) ? "revoked" : "live";
  } catch (error) {
    return error instanceof NotFoundError && error.byContract ? "absent" : { problem: messageOf(error) };
  }
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
