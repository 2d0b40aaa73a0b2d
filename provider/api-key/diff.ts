import { isDeepStrictEqual } from "node:util";
import { KeyError } from "../errors";
import { isYetToBeMade } from "./pending";
import { cutsAtOnce, hasUnknownTriggers, isPreviousPromised, rotationDue } from "./schedule";
import type { ApiKeyInputs, ApiKeyState } from "./state";

/** What has to happen so that the resource is what the program says. */
export interface Difference {
  readonly changes: boolean;
  /** Properties whose change needs a new key. The old one is revoked after the new one is in use. */
  readonly replaces: string[];
}

const REPLACING = ["type", "namePrefix"] as const;

/** Compares, and calls nothing. */
export function diff(state: ApiKeyState, inputs: ApiKeyInputs, now: Date): Difference {
  refuseOtherAccount(state, inputs);
  const due = isYetToBeMade(state) ? undefined : rotationDue(state, inputs);
  const hasPrevious = state.previousKeyId !== undefined;
  const isPromised = isPreviousPromised(state, now);
  if (due === "triggers" && isPromised && !hasUnknownTriggers(inputs)) throw tooEarly(state);

  const replaces: string[] = REPLACING.filter((property) => state[property] !== inputs[property]);
  // While a previous key lives, a rotation has to wait: a resource never has more than two keys.
  if (due !== undefined && cutsAtOnce(inputs) && !hasPrevious) {
    replaces.push(due === "triggers" ? "rotation" : "rotateAt");
  }
  const reasons = [
    replaces.length > 0,
    isYetToBeMade(state) || state.pendingAction !== undefined,
    hasPrevious && !isPromised,
    due !== undefined && (!isPromised || hasUnknownTriggers(inputs)),
    due === undefined && differs(state, inputs, "rotation", "rotateAt"),
    differs(state, inputs, "verify"),
    inputs.accountId !== undefined && state.accountId === undefined,
  ];
  return { replaces, changes: reasons.includes(true) };
}

function differs(state: ApiKeyState, inputs: ApiKeyInputs, ...properties: (keyof ApiKeyInputs)[]): boolean {
  return properties.some((property) => !isDeepStrictEqual(state[property], inputs[property]));
}

function refuseOtherAccount({ name, accountId }: ApiKeyState, inputs: ApiKeyInputs): void {
  if (inputs.accountId === undefined || accountId === undefined || inputs.accountId === accountId) return;
  throw new KeyError(
    `The key "${name}" belongs to account ${accountId}, but payengine:accountId pins ${inputs.accountId}. Set it ` +
      "back, or make a new key under a provider for the other account.",
  );
}

function tooEarly({ name, previousRevokeAt }: ApiKeyState): KeyError {
  return new KeyError(
    `The key "${name}" cannot rotate again before ${previousRevokeAt}: until then the one before it is promised to ` +
      "work. Set rotation.triggers back and change it after that; or run `pulumi up --replace` with this resource's " +
      "URN, which makes a new key and revokes both at once.",
  );
}
