import { ApiError, messageOf } from "../../provider/payengine/errors";
import type { PayEngineKey } from "../../provider/payengine/read-answer";
import { toldKey } from "./fields";
import { type ContractChange, type Finding, fail, pass, REPORT_IT, SET_IT, skip } from "./finding";
import type { Observer } from "./observer";
import { reasonOf } from "./refusal";

const NO_GET: readonly ContractChange[] = [{ path: "get", value: "none" }];

/** The call for one key: the key itself tells whether it is gone, where a list may lag behind. */
export async function singleKeyFinding(observer: Observer, keys: readonly PayEngineKey[]): Promise<Finding> {
  const check = "get";
  const { list, get } = observer.contract.calls;
  if (get === undefined) return pass(check, "none by the contract: single keys are read from the list");
  const key = keys.find(({ isRevoked }) => !isRevoked);
  if (key === undefined) return skip(check, "there is no live key to ask for");
  const seen = await observer.ask("get", (client) => client.getKey(key.id));
  const { error, line, response, value } = seen;
  if (value !== undefined)
    return pass(check, `${line} answers ${response?.status}: ${toldKey(seen.raw, observer.contract)}`);
  if (list !== undefined && !get.path.startsWith(list.path)) {
    const guess = `GET ${list.path}/{id}`;
    const found = `${line} does not answer for a key that ${list.method} ${list.path} shows`;
    return fail(check, found, `"${guess}" goes with the list: ${SET_IT}`, [{ path: "get", value: guess }]);
  }
  if (["no such call", "console only", "credential"].includes(reasonOf(seen))) {
    const found = `${line} answers ${response?.status} for a key that the list shows: this account has no such call`;
    return fail(check, found, `single keys can be read from the list: ${SET_IT}`, NO_GET);
  }
  if (error instanceof ApiError && [400, 422].includes(error.status) && error.byContract) {
    return fail(check, messageOf(error), `single keys can be read from the list: ${SET_IT}`, NO_GET);
  }
  const todo =
    error instanceof ApiError
      ? 'put this right; where the account has no such call, set payengine:contract.get to "none"'
      : `${REPORT_IT}. Without this call, payengine:contract.get "none" reads single keys from the list`;
  return fail(check, messageOf(error), todo);
}
