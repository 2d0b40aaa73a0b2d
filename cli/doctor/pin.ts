import type { Settings } from "../../provider/api-key/context";
import { ApiError, messageOf, NetworkError } from "../../provider/payengine/errors";
import type { PayEngineKey, Place } from "../../provider/payengine/read-answer";
import { requirePin } from "../../provider/payengine/witnesses";
import { type ContractPlace, setLine } from "./contract-lines";
import { type Finding, fail, pass, warn } from "./finding";
import type { Observer } from "./observer";

/** Whether payengine:accountId names this account, or what it could name. */
export async function pinFinding(
  observer: Observer,
  { accountId: pin }: Settings,
  place: Place,
  keys: readonly PayEngineKey[],
  set: ContractPlace,
): Promise<Finding> {
  const check = "account";
  if (pin !== undefined) {
    try {
      await requirePin(observer.client, async () => place, pin);
      return pass(check, `payengine:accountId pins ${pin}, which this account shows`);
    } catch (error) {
      const isUnanswered = error instanceof ApiError || error instanceof NetworkError;
      const todo = isUnanswered
        ? "put this right first: what payengine:accountId pins cannot be looked for"
        : "remove payengine:accountId and run this again: it prints the line to set";
      return fail(check, messageOf(error), todo);
    }
  }
  const told = pinFrom(place, keys);
  if (told !== undefined) {
    const line =
      set.provider === undefined
        ? `\`${setLine(set, ["payengine:accountId", told.id])}\``
        : `\`accountId: ${JSON.stringify(told.id)}\` in the program's provider "${set.provider}"`;
    return pass(check, `not pinned yet; ${line} makes sure of it (${told.what})`);
  }
  return warn(
    check,
    "PayEngine shows no account, merchant or key, so there is nothing to pin the account by",
    "set payengine:accountId to the id of a merchant or key once there is one: then another account's credential is refused",
  );
}

function pinFrom(
  { accountIds, merchantIds }: Place,
  keys: readonly PayEngineKey[],
): { readonly id: string; readonly what: string } | undefined {
  const [accountId] = accountIds;
  if (accountId !== undefined && accountIds.length === 1) return { id: accountId, what: "the account's id" };
  const [merchantId] = merchantIds;
  if (merchantId !== undefined) return { id: merchantId, what: "the id of a merchant of this account" };
  const live = keys.filter(({ isRevoked }) => !isRevoked);
  const newest = live.reduce<PayEngineKey | undefined>(
    (best, key) => (best === undefined || (key.createdAt ?? "") > (best.createdAt ?? "") ? key : best),
    undefined,
  );
  return newest && { id: newest.id, what: "the id of this account's newest key" };
}
