import { isDeepStrictEqual } from "node:util";
import type { dynamic } from "@pulumi/pulumi";
import { adopt } from "./api-key/adopt";
import { AdoptedKeys } from "./api-key/adopted-keys";
import { check } from "./api-key/check";
import type { Context } from "./api-key/context";
import { create } from "./api-key/create";
import { revokeAll } from "./api-key/delete";
import { diff } from "./api-key/diff";
import { forgetHandMade, readHandMade, takeOver, updateHandMade } from "./api-key/hand-made";
import { KeyError } from "./api-key/key-error";
import { read } from "./api-key/read";
import {
  type ApiKeyInputs,
  type ApiKeyState,
  adoptIn,
  type Outcome,
  parseInputs,
  parseState,
} from "./api-key/state";
import { update } from "./api-key/update";
import { type ConfigValues, configValues, type Environment, requireSettings, resolveConfig } from "./config";
import { contextMaker } from "./contexts";
import type { Engine } from "./engine";
import { endWithEngine } from "./lifetime";
import { messageOf, sentence } from "./payengine/errors";
import { contradictedHost } from "./payengine/key-marker";
import { DEFAULT_API_URL } from "./payengine/settings";
import { wireSecret } from "./secret";
import type { Watchdog } from "./watchdog/watchdog";

/** What the process gives to the provider; tests give their own. */
export interface Host {
  readonly env: Environment;
  readonly engine: Engine;
  readonly watchdog: Watchdog;
  readonly now: () => Date;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Ends the process. */
  readonly exit: () => void;
  /** Shows the user a line under Diagnostics. */
  readonly warn: (line: string) => void;
}

type Properties = Record<string, unknown>;

/** Fits the lifecycle of a key to Pulumi's dynamic provider protocol. */
export function apiKeyProvider(host: Host) {
  // The engine may call other methods before configure has ended: config is kept as it comes, and read when used.
  let config: ConfigValues = configValues(() => undefined);
  const contextFor = contextMaker(host);
  const busy = endWithEngine(host.engine, host.exit);
  /** The key whose create or update failed in this process. */
  let failedKey: string | undefined;
  const adopted = new AdoptedKeys();
  /** The resources that hold a value made by hand, by its fingerprint. */
  const holders = new Map<string, string>();

  const context = (keyName: string): Context => {
    try {
      return contextFor(requireSettings(resolveConfig(config, host.env)));
    } catch (error) {
      throw new KeyError(`Nothing was done with the key "${keyName}": ${sentence(messageOf(error))}`);
    }
  };

  /** Runs a create or update. Its failure, partial or plain, is remembered. */
  const make = (news: Properties, step: (inputs: ApiKeyInputs) => Promise<Outcome>) =>
    busy(async () => {
      const inputs = parseInputs(news);
      try {
        const outcome = await step(inputs);
        hold(outcome.state);
        const { type, token, apiUrl = DEFAULT_API_URL } = outcome.state;
        const odd = type === "public" && token !== undefined ? contradictedHost(token, apiUrl) : undefined;
        if (odd !== undefined) host.warn(`warning: ${inputs.uniqueName}: ${odd}`);
        return finish(outcome, inputs, news.__provider);
      } catch (error) {
        failedKey = inputs.uniqueName;
        throw error;
      }
    });

  /** The context of an operation on a key in state, which then is known as a witness for others. */
  const noted = (state: ApiKeyState): Context => {
    const it = context(state.name);
    it.recorded.note(state);
    return it;
  };
  const hold = ({ madeByHand, fingerprint, uniqueName }: ApiKeyState) => {
    if (madeByHand && fingerprint !== undefined) holders.set(fingerprint, uniqueName);
  };

  return {
    async configure(request: dynamic.ConfigureRequest) {
      config = configValues((key) => request.config.get(key));
    },

    async check(olds: Properties, news: Properties) {
      const { inputs, failures } = check(olds, news, {
        configuration: resolveConfig(config, host.env),
        env: host.env,
        now: host.now(),
      });
      // The engine prints the value of a property that it is told, also a secret one: it is told none.
      return {
        inputs,
        failures: failures.map(({ property, reason }) => ({ property: "", reason: `${property} ${reason}` })),
      };
    },

    async diff(_id: string, olds: Properties, news: Properties) {
      return quietly(() => {
        const state = parseState(olds);
        const { changes, replaces } = diff(state, parseInputs(news), host.now());
        if (replaces.length === 0) adopted.stay(state);
        const changed = changes || olds.__provider !== news.__provider;
        return { changes: changed, replaces, deleteBeforeReplace: false };
      });
    },

    create: (news: Properties) =>
      make(news, async (inputs) => {
        const existing = adoptIn(news);
        if (existing === undefined) return create(context(inputs.uniqueName), inputs);
        if (inputs.madeByHand) return takeOver(context(inputs.uniqueName), inputs, existing);
        const { keyId = "" } = existing;
        return adopted.take(keyId, inputs.uniqueName, () =>
          adopt(context(inputs.uniqueName), inputs, { ...existing, keyId }),
        );
      }),

    read: (id: string, props: Properties = {}) =>
      busy(() =>
        quietly(async () => {
          const recorded = parseState(props);
          const step = recorded.madeByHand ? readHandMade : read;
          const state = await step(noted(recorded), recorded);
          return state === undefined ? {} : { id, props: outputs(state) };
        }),
      ),

    update: (_id: string, olds: Properties, news: Properties) =>
      make(news, (inputs) => {
        const state = parseState(olds);
        if (state.madeByHand) return updateHandMade(noted(state), state, inputs, adoptIn(news));
        return update(noted(state), state, inputs);
      }),

    delete: (_id: string, props: Properties) =>
      busy(() =>
        quietly(async () => {
          const state = parseState(props);
          refuseAfterFailure(state, failedKey);
          if (state.madeByHand) {
            const isHeld = (print: string) => (holders.get(print) ?? state.uniqueName) !== state.uniqueName;
            await forgetHandMade(noted(state), state, isHeld);
          } else await revokeAll(noted(state), state, adopted.heldBesides(state));
        }),
      ),
  } satisfies dynamic.ResourceProvider;
}

function outputs(state: ApiKeyState): Properties {
  if (state.type === "public") return state;
  const { token, previousToken } = state;
  return {
    ...state,
    ...(token !== undefined && { token: wireSecret(token) }),
    ...(previousToken !== undefined && { previousToken: wireSecret(previousToken) }),
  };
}

/** @throws the engine's form of a partial success where the outcome is unfinished. */
function finish(outcome: Outcome, inputs: ApiKeyInputs, provider: unknown) {
  const { uniqueName: id, rotation } = outcome.state;
  // Earlier arguments may hold a secret that the program does not pass any more: the engine would not know it as one.
  const isEarlier = rotation !== undefined && !isDeepStrictEqual(rotation, inputs.rotation);
  const outs = { ...outputs(outcome.state), ...(isEarlier && { rotation: wireSecret(rotation) }) };
  if (outcome.kind === "complete") return { id, outs };
  const properties = { ...outs, __provider: provider };
  throw Object.assign(new KeyError(outcome.reason), { id, properties, reasons: [outcome.reason] });
}

/**
 * When a replacement fails half-way, the engine takes the old key for deletable while consumers still use it. Methods
 * are not told which resource they serve, and a renamed one bears an old name in state, so a process in which the
 * making of a key failed revokes nothing at all; the engine tries again in the next `up`.
 */
function refuseAfterFailure(state: ApiKeyState, failedKey: string | undefined): void {
  if (failedKey === undefined) return;
  throw new KeyError(
    `The key "${state.name}" is not revoked in this run, because making "${failedKey}" failed and this key may be the ` +
      "one in use. State keeps it: run `pulumi up` again, without --continue-on-error.",
  );
}

/** The engine's plugin prints these errors as text and stack: the first becomes a short word, the second the message. */
async function quietly<T>(step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof KeyError) {
      Object.assign(error, { stack: error.message, toString: () => "payengine" });
    }
    throw error;
  }
}
