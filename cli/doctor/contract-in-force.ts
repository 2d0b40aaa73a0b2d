import type { Settings } from "../../provider/api-key/context";
import { type Contract, DEFAULT_CONTRACT } from "../../provider/payengine/contract";
import { type ContractChange, type Finding, pass, SET_IT, skip, warn } from "./finding";
import { callLine } from "./observer";

const CALLS = ["create", "list", "get", "reveal", "revoke"] as const;

/** Which contract is in force. */
export function contractFinding({ contract }: Settings, set: string | undefined): Finding {
  const check = "contract";
  if (contract.kind === "dashboard") {
    return pass(
      check,
      '"dashboard": people make keys in PayEngine\'s console, and you adopt them by `adopt: { token }`. A rotation takes a new ' +
        "token, and a revoked key is recognized by the 401 of its value. Making, listing and revoking keys, lookups and " +
        "orphans need calls that this contract does not have",
    );
  }
  if (set === undefined)
    return pass(check, "PayEngine's published conventions; payengine:contract is not set");
  const lines = CALLS.filter((call) => contract.calls[call] !== undefined).map((call) =>
    callLine(call, contract),
  );
  const changes = apartFromList(contract);
  const found = `payengine:contract is set: ${lines.join(", ")}`;
  if (changes.length === 0) return pass(check, found);
  const guesses = changes.map(({ value }) => `"${String(value)}"`).join(", ");
  const todo = `the list has a path of its own, so ${guesses} may be meant: correct these guesses, and ${SET_IT}`;
  return warn(check, found, todo, changes);
}

/** Calls that are still at the default's path, where the list no longer is. */
function apartFromList({ calls: { list, create, revoke } }: Contract): ContractChange[] {
  const usual = DEFAULT_CONTRACT.calls;
  if (list === undefined || list.path === usual.list?.path) return [];
  return [
    ...(create?.path === usual.create?.path ? [{ path: "create", value: `POST ${list.path}` }] : []),
    ...(revoke?.path === usual.revoke?.path ? [{ path: "revoke", value: `DELETE ${list.path}/{id}` }] : []),
  ];
}

/** The calls that reading does not make, by name. */
export function uncalled(contract: Contract): Finding {
  const calls = (["create", "reveal", "revoke"] as const).filter(
    (call) => contract.calls[call] !== undefined,
  );
  const lines = calls.map((call) => callLine(call, contract)).join(", ");
  return skip(calls.join(", "), `${lines}: only --write makes these calls`);
}
