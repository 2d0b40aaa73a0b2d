import type { dynamic } from "@pulumi/pulumi";
import { adopt, adoptionNotice } from "./api-key/adoption";
import { check } from "./api-key/check";
import { type Context, KeyError, UNKNOWN } from "./api-key/context";
import { create } from "./api-key/create";
import { revokeAll } from "./api-key/delete";
import { diff } from "./api-key/diff";
import { adoptHandMade, forgetHandMade, readHandMade, updateHandMade } from "./api-key/hand-made";
import { read } from "./api-key/read";
import { isMoved } from "./api-key/same-account";
import type { Adopt, ApiKeyInputs, ApiKeyState, Outcome } from "./api-key/schema";
import { adoptIn, parseInputs, parseState, readInputs } from "./api-key/state";
import { update } from "./api-key/update";
import { requireDue } from "./api-key/wrong-clock";
import { type ConfigValues, configValues, requireSettings, resolveConfig } from "./config";
import type { Environment } from "./config-keys";
import { contextMaker } from "./contexts";
import type { End, Engine } from "./engine";
import { endWithEngine } from "./lifetime";
import { outputsOf, resultOf } from "./outputs";
import { messageOf, sentence } from "./payengine/errors";
import { contradictedHost } from "./payengine/key-marker";
import { DEFAULT_API_URL } from "./payengine/settings";
import { howToPin } from "./pin-hint";
import { ProcessMemory } from "./process-memory";
import type { Watchdog } from "./watchdog/watchdog";

/** What the process passes to the provider. Tests pass their own. */
export interface Host {
  readonly env: Environment;
  readonly engine: Engine;
  readonly watchdog: Watchdog;
  readonly now: () => Date;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Ends the process. */
  readonly exit: (how: End) => void;
  /** Shows a line under Diagnostics. */
  readonly warn: (line: string) => void;
}

type Properties = Record<string, unknown>;

/** Adapts the lifecycle of a key to Pulumi's dynamic provider protocol. */
export function apiKeyProvider(host: Host) {
  // The engine may call other methods before configure has ended, so config is read when it is used.
  let config: ConfigValues = configValues(() => undefined);
  const memory = new ProcessMemory();
  const contextFor = contextMaker({ ...host, recordedKeys: () => memory.recordedKeys() });
  host.engine.onGone(() => host.watchdog.letGo());
  const busy = endWithEngine(host.engine, host.exit);

  const context = (keyName: string, limitMs?: number): Context => {
    try {
      return contextFor(requireSettings(resolveConfig(config, host.env)), limitMs);
    } catch (error) {
      throw new KeyError(`Could not start on the key "${keyName}": ${sentence(messageOf(error))}`);
    }
  };

  /** Runs a create or update, and remembers any failure. */
  const make = (news: Properties, step: (inputs: ApiKeyInputs) => Promise<Outcome>) =>
    busy(async () => {
      try {
        const inputs = parseInputs(news);
        const outcome = await step(inputs);
        memory.noteHolder(outcome.state);
        const result = resultOf(outcome, inputs, news.__provider);
        warnOfOtherHost(outcome.state);
        sayOnceHowToPin(outcome.state);
        return result;
      } catch (error) {
        memory.noteFailure(String(news.uniqueName));
        throw error;
      }
    });

  const warnOfOtherHost = ({ type, token, uniqueName, apiUrl = DEFAULT_API_URL }: ApiKeyState) => {
    const odd = type === "public" && token !== undefined ? contradictedHost(token, apiUrl) : undefined;
    if (odd !== undefined) host.warn(`warning: ${uniqueName}: ${odd}`);
  };

  let isPinHinted = false;
  /** Once per preview and per update, for the first key that is compared or created. */
  const sayOnceHowToPin = (state: ApiKeyState) => {
    const hint = isPinHinted ? undefined : howToPin(config, state);
    isPinHinted = true;
    if (hint !== undefined) host.warn(hint);
  };

  /** The context of an operation on a key in state, which becomes a witness for other keys. */
  const noted = (state: ApiKeyState, limitMs?: number): Context => {
    const it = context(state.name, limitMs);
    memory.noteRecorded(state);
    return it;
  };

  /** In a preview the digits are unknown, and no key is created. */
  const noteReplaceable = (olds: Properties, { digits }: Properties) => {
    const earlier = readInputs(olds);
    if (earlier !== undefined && typeof digits === "string" && digits !== UNKNOWN)
      memory.noteReplaceable(earlier, digits);
  };

  const adoptOnce = async (own: Context, inputs: ApiKeyInputs, { keyId = "", ...given }: Adopt) => {
    memory.claimAdoption(keyId, inputs.uniqueName);
    try {
      return await adopt(own, inputs, { ...given, keyId });
    } catch (error) {
      memory.releaseAdoption(keyId);
      throw error;
    }
  };

  return {
    async configure(request: { readonly config: Pick<dynamic.Config, "get"> }) {
      config = configValues((key) => request.config.get(key));
    },

    async check(olds: Properties, news: Properties) {
      const { inputs, failures } = check(olds, news, {
        configuration: resolveConfig(config, host.env),
        providerName: config.provider,
        env: host.env,
        now: host.now(),
      });
      noteReplaceable(olds, news);
      if (failures.length === 0 && isToBeMade(olds, inputs)) host.watchdog.getReady();
      const notice = failures.length === 0 ? adoptionNotice(olds, inputs) : undefined;
      if (notice !== undefined) host.warn(notice);
      // The engine prints the value of a named property, even a secret one, so no property is named.
      return {
        inputs,
        failures: failures.map(({ property, reason }) => ({ property: "", reason: `${property} ${reason}` })),
      };
    },

    async diff(_id: string, olds: Properties, news: Properties) {
      return quietly(() => {
        const state = parseState(olds);
        const inputs = parseInputs(news);
        const { changes, replaces } = diff(state, inputs, host.now());
        memory.noteCompared(state, inputs);
        sayOnceHowToPin(state);
        if (replaces.length === 0) memory.noteKept(state);
        if (replaces.join() === "rotateAt") memory.noteDue({ state, inputs });
        const changed = changes || olds.__provider !== news.__provider;
        return { changes: changed, replaces, deleteBeforeReplace: false };
      });
    },

    create: (news: Properties, limitMs?: number) =>
      make(news, async (inputs) => {
        const existing = adoptIn(news);
        const own = context(inputs.uniqueName, limitMs);
        await requireDue(own, memory.dueFor(inputs.uniqueName));
        if (existing === undefined) return create(own, inputs, memory.replacedBy(inputs));
        return inputs.madeByHand ? adoptHandMade(own, inputs, existing) : adoptOnce(own, inputs, existing);
      }),

    read: (id: string, props: Properties = {}) =>
      busy(() =>
        quietly(async () => {
          const recorded = parseState(props);
          const step = recorded.madeByHand ? readHandMade : read;
          const state = await step(noted(recorded), recorded);
          return state === undefined ? {} : { id, props: outputsOf(state) };
        }),
      ),

    update: (_id: string, olds: Properties, news: Properties, limitMs?: number) =>
      make(news, (inputs) => {
        const state = parseState(olds);
        const own = isMoved(state, inputs) ? context(state.name, limitMs) : noted(state, limitMs);
        if (state.madeByHand) return updateHandMade(own, state, inputs, adoptIn(news));
        return update(own, state, inputs);
      }),

    delete: (_id: string, props: Properties, limitMs?: number) =>
      busy(() =>
        quietly(async () => {
          const state = parseState(props);
          memory.refuseDeleteAfterFailure(state);
          const own = noted(state, limitMs);
          if (state.madeByHand) await forgetHandMade(own, state, memory.valuesHeldBesides(state));
          else await revokeAll(own, state, memory.heldBesides(state));
          memory.noteRevoked(state);
        }),
      ),
  } satisfies dynamic.ResourceProvider;
}

/** In a preview the name is unknown, and no key is created. An adopted key exists. */
function isToBeMade(
  olds: Properties,
  { uniqueName, adoptedKeyId, madeByHand }: Partial<ApiKeyInputs>,
): boolean {
  return uniqueName !== UNKNOWN && uniqueName !== olds.uniqueName && !adoptedKeyId && !madeByHand;
}

/** Shortens an error: the plugin prints its text and stack although the engine prints its message with the resource. */
async function quietly<T>(step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof KeyError) {
      Object.assign(error, { stack: "see the error of the resource", toString: () => "payengine" });
    }
    throw error;
  }
}
