import { isDeepStrictEqual } from "node:util";
import { KeyError } from "../errors";
import { isYetToBeMade } from "./pending";
import type { ApiKeyInputs, ApiKeyState } from "./state";

/** What has to happen so that the resource is what the program says. */
export interface Difference {
  readonly changes: boolean;
  /** Properties whose change needs a new key. The old one is revoked after the new one is in use. */
  readonly replaces: string[];
}

const REPLACING = ["type", "namePrefix"] as const;

/** Compares, and calls nothing. */
export function diff(state: ApiKeyState, inputs: ApiKeyInputs): Difference {
  if (
    inputs.accountId !== undefined &&
    state.accountId !== undefined &&
    inputs.accountId !== state.accountId
  ) {
    throw new KeyError(
      `The key "${state.name}" belongs to account ${state.accountId}, but payengine:accountId pins ` +
        `${inputs.accountId}. Set it back, or make a new key under a provider for the other account.`,
    );
  }
  const replaces = REPLACING.filter((property) => state[property] !== inputs[property]);
  const isUnfinished = isYetToBeMade(state) || state.pendingAction !== undefined;
  const isNewlyPinned = inputs.accountId !== undefined && state.accountId === undefined;
  const isOther = !isDeepStrictEqual(state.verify, inputs.verify);
  return { replaces, changes: replaces.length > 0 || isUnfinished || isNewlyPinned || isOther };
}
