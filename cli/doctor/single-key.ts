import { ApiError, messageOf } from "../../provider/payengine/errors";
import type { PayEngineKey } from "../../provider/payengine/read-answer";
import type { ContractChange } from "../contract/contract-lines";
import { toldKey } from "./fields";
import { type Finding, fail, pass, REPORT_IT, SET_IT, skip } from "./finding";
import type { Observer } from "./observer";
import { reasonOf } from "./refusal";

const NO_GET: readonly ContractChange[] = [{ path: "get", value: "none" }];

/** Checks the request for one key, which shows that a key is gone even if the list lags behind. */
export async function singleKeyFinding(observer: Observer, keys: readonly PayEngineKey[]): Promise<Finding> {
  const check = "get";
  const { list, get } = observer.contract.calls;
  if (get === undefined) return pass(check, "the contract has none; single keys are read from the list");
  const key = keys.find(({ isRevoked }) => !isRevoked);
  if (key === undefined) return skip(check, "the list has no live key to request");
  const seen = await observer.ask("get", (client) => client.getKey(key.id));
  const { error, line, response, value } = seen;
  if (value !== undefined)
    return pass(check, `${line} returned ${response?.status}: ${toldKey(seen.raw, observer.contract)}`);
  if (list !== undefined && !get.path.startsWith(list.path)) {
    const guess = `GET ${list.path}/{id}`;
    const found = `${line} fails for a key that ${list.method} ${list.path} shows`;
    return fail(check, found, `"${guess}" matches the list: ${SET_IT}`, [{ path: "get", value: guess }]);
  }
  if (["no such call", "console only", "credential"].includes(reasonOf(seen))) {
    const found = `${line} returned ${response?.status} for a key that the list shows: the account has no such endpoint`;
    return fail(check, found, `single keys can be read from the list: ${SET_IT}`, NO_GET);
  }
  if (error instanceof ApiError && [400, 422].includes(error.status) && error.byContract) {
    return fail(check, messageOf(error), `single keys can be read from the list: ${SET_IT}`, NO_GET);
  }
  const todo =
    error instanceof ApiError
      ? 'fix this; if the account has no such endpoint, set payengine:contract.get to "none"'
      : `${REPORT_IT}. To read single keys from the list instead, set payengine:contract.get to "none"`;
  return fail(check, messageOf(error), todo);
}
