import type { Settings } from "../../provider/api-key/context";
import { ApiError, messageOf, NetworkError } from "../../provider/payengine/errors";
import type { PayEngineKey, Place } from "../../provider/payengine/read-answer";
import { requirePin } from "../../provider/payengine/witnesses";
import { type ContractPlace, setLine } from "../contract/contract-lines";
import { type Finding, fail, pass, warn } from "./finding";
import type { Observer } from "./observer";

/** Checks that payengine:accountId fits this account, or suggests a value. */
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
        ? "fix this first: payengine:accountId could not be checked"
        : "remove payengine:accountId and run this again; it then prints the value to set";
      return fail(check, messageOf(error), todo);
    }
  }
  const told = pinFrom(place, keys);
  if (told !== undefined) {
    const line =
      set.provider === undefined
        ? `\`${setLine(set, ["payengine:accountId", told.id])}\``
        : `\`accountId: ${JSON.stringify(told.id)}\` in the program's provider "${set.provider}"`;
    return pass(check, `not pinned yet; to pin it, use ${line} (${told.what})`);
  }
  return warn(
    check,
    "PayEngine returned no account, merchant or key, so the account cannot be pinned yet",
    "once the account has a merchant or a key, set payengine:accountId to its ID; other accounts' credentials are then refused",
  );
}

function pinFrom(
  { accountIds, merchantIds }: Place,
  keys: readonly PayEngineKey[],
): { readonly id: string; readonly what: string } | undefined {
  const [accountId] = accountIds;
  if (accountId !== undefined && accountIds.length === 1) return { id: accountId, what: "the account's ID" };
  const [merchantId] = merchantIds;
  if (merchantId !== undefined) return { id: merchantId, what: "the ID of a merchant of this account" };
  const live = keys.filter(({ isRevoked }) => !isRevoked);
  const newest = live.reduce<PayEngineKey | undefined>(
    (best, key) => (best === undefined || (key.createdAt ?? "") > (best.createdAt ?? "") ? key : best),
    undefined,
  );
  return newest && { id: newest.id, what: "the ID of this account's newest key" };
}
