import { isDeepStrictEqual } from "node:util";
import { KeyError, UNKNOWN } from "./context";
import { lacksKey } from "./journal";
import {
  cutsAtOnce,
  hasPrevious,
  hasUnknownTriggers,
  isPreviousPromised,
  isRotatedAhead,
  rotationDue,
} from "./rotation";
import type { ApiKeyInputs, ApiKeyState } from "./schema";

/** What has to happen so that the resource is what the program says. */
export interface Difference {
  readonly changes: boolean;
  /** Properties whose change needs a new key. The old one is revoked after the new one is in use. */
  readonly replaces: string[];
}

const REPLACING = ["type", "namePrefix"] as const;

/** Compares, and calls nothing. */
export function diff(state: ApiKeyState, inputs: ApiKeyInputs, now: Date): Difference {
  const due = lacksKey(state) ? undefined : rotationDue(state, inputs);
  const hasPreviousKey = hasPrevious(state);
  const isPromised = isPreviousPromised(state, now);
  const isNextValue = differs(state, inputs, "adoptedFingerprint");
  const isUnknownValue = inputs.adoptedFingerprint === UNKNOWN;
  if (due === "triggers" && isPromised && !hasUnknownTriggers(inputs)) throw tooEarly(state);
  if (isNextValue && !isUnknownValue && isPromised) throw tooEarlyByHand(state);

  const replaces: string[] = REPLACING.filter((property) => state[property] !== inputs[property]);
  // While a previous key lives, a rotation has to wait: a resource never has more than two keys.
  if (due !== undefined && cutsAtOnce(inputs) && !hasPreviousKey) {
    replaces.push(due === "triggers" ? "rotation" : "rotateAt");
  }
  refuseOtherPin(state, inputs, replaces);
  const reasons = [
    replaces.length > 0,
    lacksKey(state) || state.pendingAction !== undefined,
    hasPreviousKey && !isPromised,
    isRotatedAhead(state, now),
    due !== undefined && (!isPromised || hasUnknownTriggers(inputs)),
    due === undefined && differs(state, inputs, "rotation", "rotateAt"),
    differs(state, inputs, "verify"),
    differs(state, inputs, "pinnedAccountId", "apiUrl", "providerName"),
    isNextValue,
  ];
  return { replaces, changes: reasons.includes(true) };
}

function differs(state: ApiKeyState, inputs: ApiKeyInputs, ...properties: (keyof ApiKeyInputs)[]): boolean {
  return properties.some((property) => !isDeepStrictEqual(state[property], inputs[property]));
}

/** A replacement makes the next key wherever the pin is, and the old one would be looked for there too. */
function refuseOtherPin(state: ApiKeyState, inputs: ApiKeyInputs, replaces: readonly string[]): void {
  if (replaces.length === 0 || !differs(state, inputs, "pinnedAccountId")) return;
  const before = state.pinnedAccountId;
  throw new KeyError(
    `The key "${state.name}" cannot be replaced (${replaces.join(", ")}) while payengine:accountId changes from ` +
      `${before ?? "nothing"} to ${inputs.pinnedAccountId ?? "nothing"}. Run \`pulumi up\` with the new pin first, which proves ` +
      "it; or make a new key under a provider for the other account.",
  );
}

function tooEarlyByHand({ name, previousRevokeAt }: ApiKeyState): KeyError {
  return new KeyError(
    `The key "${name}" cannot take another value before ${previousRevokeAt}: until then the one before it is promised to ` +
      "work. Set adopt.token back and change it after that; or revoke the one before it in PayEngine's dashboard, run " +
      "`pulumi refresh`, and change it then.",
  );
}

function tooEarly({ name, previousRevokeAt }: ApiKeyState): KeyError {
  return new KeyError(
    `The key "${name}" cannot rotate again before ${previousRevokeAt}: until then the one before it is promised to ` +
      "work. Set rotation.triggers back and change it after that; or run `pulumi up --replace` with this resource's " +
      "URN, which makes a new key and revokes both at once.",
  );
}
