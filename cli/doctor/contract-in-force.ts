import type { Settings } from "../../provider/api-key/context";
import { type Contract, DEFAULT_CONTRACT } from "../../provider/payengine/contract";
import type { ContractChange } from "../contract/contract-lines";
import { type Finding, pass, SET_IT, skip, warn } from "./finding";
import { callLine } from "./observer";

const CALLS = ["create", "list", "get", "reveal", "revoke"] as const;

/** Which contract applies. */
export function contractFinding({ contract }: Settings, set: string | undefined): Finding {
  const check = "contract";
  if (contract.kind === "dashboard") {
    return pass(
      check,
      '"dashboard": people create keys in PayEngine\'s console, and you adopt them with `adopt: { token }`. To rotate, pass a new ' +
        "token. A revoked key is recognized by the 401 that its value gets. This contract cannot create, list or revoke keys, " +
        "so lookups and `orphans` do not work with it",
    );
  }
  if (set === undefined)
    return pass(check, "payengine:contract is not set, so PayEngine's published conventions apply");
  const lines = CALLS.filter((call) => contract.calls[call] !== undefined).map((call) =>
    callLine(call, contract),
  );
  const changes = apartFromList(contract);
  const found = `payengine:contract is set: ${lines.join(", ")}`;
  if (changes.length === 0) return pass(check, found);
  const guesses = changes.map(({ value }) => `"${String(value)}"`).join(", ");
  const todo = `the list uses a different path, so the account may need ${guesses}: correct these guesses, and ${SET_IT}`;
  return warn(check, found, todo, changes);
}

/** Calls that still use the default path although the list does not. */
function apartFromList({ calls: { list, create, revoke } }: Contract): ContractChange[] {
  const usual = DEFAULT_CONTRACT.calls;
  if (list === undefined || list.path === usual.list?.path) return [];
  return [
    ...(create?.path === usual.create?.path ? [{ path: "create", value: `POST ${list.path}` }] : []),
    ...(revoke?.path === usual.revoke?.path ? [{ path: "revoke", value: `DELETE ${list.path}/{id}` }] : []),
  ];
}

/** The calls that a read-only run does not make. */
export function uncalled(contract: Contract): Finding {
  const calls = (["create", "reveal", "revoke"] as const).filter(
    (call) => contract.calls[call] !== undefined,
  );
  const lines = calls.map((call) => callLine(call, contract)).join(", ");
  return skip(calls.join(", "), `${lines}: only --write sends these requests`);
}
