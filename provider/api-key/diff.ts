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

/** What has to change so that the resource matches the program. */
export interface Difference {
  readonly changes: boolean;
  /** Properties whose change needs a new key. The old key is revoked after the new one is in use. */
  readonly replaces: string[];
}

const REPLACING = ["type", "namePrefix"] as const;

/** Compares state and inputs. Sends no request. */
export function diff(state: ApiKeyState, inputs: ApiKeyInputs, now: Date): Difference {
  const due = lacksKey(state) ? undefined : rotationDue(state, inputs);
  const hasPreviousKey = hasPrevious(state);
  const isPromised = isPreviousPromised(state, now);
  const isNextValue = differs(state, inputs, "adoptedFingerprint");
  const isUnknownValue = inputs.adoptedFingerprint === UNKNOWN;
  if (due === "triggers" && isPromised && !hasUnknownTriggers(inputs)) throw tooEarly(state);
  if (isNextValue && !isUnknownValue && isPromised) throw tooEarlyByHand(state);

  const replaces: string[] = REPLACING.filter((property) => state[property] !== inputs[property]);
  // A resource never has more than two keys, so a rotation waits while the previous key is active.
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

/** A replacement would create the next key in the newly pinned account and look for the old one there too. */
function refuseOtherPin(state: ApiKeyState, inputs: ApiKeyInputs, replaces: readonly string[]): void {
  if (replaces.length === 0 || !differs(state, inputs, "pinnedAccountId")) return;
  const before = state.pinnedAccountId;
  throw new KeyError(
    `The key "${state.name}" cannot be replaced (${replaces.join(", ")}) while payengine:accountId changes from ` +
      `${before ?? "nothing"} to ${inputs.pinnedAccountId ?? "nothing"}. Run \`pulumi up\` with the new pin first, which checks ` +
      "it. For a key in another account, add an ApiKey with a provider for that account.",
  );
}

function tooEarlyByHand({ name, previousRevokeAt }: ApiKeyState): KeyError {
  return new KeyError(
    `The key "${name}" cannot take another value before ${previousRevokeAt}: the previous value must work until then. Set ` +
      "adopt.token back and change it after that time. Or revoke the previous key in PayEngine's dashboard, run `pulumi " +
      "refresh`, then change adopt.token.",
  );
}

function tooEarly({ name, previousRevokeAt }: ApiKeyState): KeyError {
  return new KeyError(
    `The key "${name}" cannot rotate again before ${previousRevokeAt}: the previous key must work until then. Set ` +
      "rotation.triggers back and change it after that time. Or run `pulumi up --replace` with this resource's URN, which " +
      "creates a new key and revokes both old ones at once.",
  );
}
