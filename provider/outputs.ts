import { isDeepStrictEqual } from "node:util";
import { KeyError } from "./api-key/context";
import type { ApiKeyInputs, ApiKeyState, Outcome } from "./api-key/schema";
import { SCHEMA_VERSION } from "./api-key/state";

type Properties = Record<string, unknown>;

/** Outputs that the engine stores. */
export function outputsOf(state: ApiKeyState): Properties {
  const outputs = { ...state, schemaVersion: SCHEMA_VERSION };
  if (state.type === "public") return outputs;
  const { token, previousToken } = state;
  return {
    ...outputs,
    ...(token !== undefined && { token: wireSecret(token) }),
    ...(previousToken !== undefined && { previousToken: wireSecret(previousToken) }),
  };
}

/**
 * Result of create or update for the engine.
 *
 * @throws if it is unfinished: that is how the engine receives a partial success.
 * @mechanism partial success
 */
export function resultOf(outcome: Outcome, inputs: ApiKeyInputs, provider: unknown) {
  const { uniqueName: id, rotation } = outcome.state;
  // Earlier arguments may hold a secret that the program no longer passes, so the engine would not treat it as one.
  const isEarlier = rotation !== undefined && !isDeepStrictEqual(rotation, inputs.rotation);
  const outs: Properties = {
    ...outputsOf(outcome.state),
    ...(isEarlier && { rotation: wireSecret(rotation) }),
  };
  if (outcome.kind === "complete") return { id, outs };
  const properties = { ...outs, __provider: provider };
  throw Object.assign(new KeyError(outcome.reason), { id, properties, reasons: [outcome.reason] });
}

/** The engine's marker for a secret on the wire. */
const SIGNATURE = { "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270" } as const;

/** Makes the engine encrypt a value in state, whatever the program says. */
function wireSecret(value: unknown) {
  return { ...SIGNATURE, value };
}
