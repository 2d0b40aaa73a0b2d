import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { apiKeyProvider, type Host } from "../provider/adapter";
import { adoptionNotice } from "../provider/api-key/adoption";
import { KeyError, UNKNOWN } from "../provider/api-key/context";
import { lacksKey } from "../provider/api-key/journal";
import { DIGITS } from "../provider/api-key/names";
import { hasPrevious, isPreviousPromised, nextRotateAt, rotationDue } from "../provider/api-key/rotation";
import type { ApiKeyInputs, ApiKeyState } from "../provider/api-key/schema";
import { parseInputs, parseState, plain } from "../provider/api-key/state";
import { CONFIG_KEYS, unknownConfigKeys } from "../provider/config-keys";
import { outputsOf } from "../provider/outputs";
import { lookUp } from "./lookups";
import type { Checked, Difference, DiffKind, Provider, ReadResult, Target } from "./server";
import { type Properties, secret } from "./wire";

/** The release that runs, and how it learns of another engine. */
export interface Release {
  readonly version: string;
  readonly schema: () => string;
  /** Called when an engine uses a plugin that a developer started. */
  readonly attach: (address: string) => void;
}

/** Inputs that the SDK of the dynamic provider adds. Here they are no arguments. */
const FROM_PROGRAM = ["defaultNamePrefix", "digits", "protect", "__provider"];
/** Settings that the engine adds to a provider's configuration. */
const FROM_ENGINE = ["version", "pluginDownloadURL", "pluginChecksums", "__internal"];
/** Outputs that are known only after PayEngine has created the key. */
const TOLD_BY_PAYENGINE = ["keyId", "name", "redactedToken", "fingerprint", "createdAt"] as const;
/** Fields whose changes a preview shows. */
const SHOWN = [
  ...["type", "namePrefix", "verify", "rotation", "adoptedFingerprint"],
  ...["pinnedAccountId", "apiUrl", "providerName"],
] as const;

/** Connects the lifecycle of a key to Pulumi's protocol for plugins. */
export function nativeProvider(host: Host, { version, schema, attach }: Release): Provider {
  // `check` also runs for previews, and the engine does not tell which. So `create` starts the watchdog.
  const lifecycle = apiKeyProvider({ ...host, watchdog: { ...host.watchdog, getReady: () => {} } });
  let config: Properties = {};
  /** A setting by its full key, such as "payengine:apiUrl". */
  const setting = (key: string) => config[key] as string | undefined;

  /** Adds the time of the next rotation. It is not an input, because it would break update plans. */
  const timed = (inputs: Properties, state: Partial<ApiKeyState> = {}): ApiKeyInputs => {
    const parsed = parseInputs(inputs);
    const now = host.now();
    return plain({
      ...parsed,
      ...adoptOf(inputs),
      rotateAt: nextRotateAt(state, parsed.rotation, { now, isPreview: false }),
    });
  };

  const compare = async (id: string, olds: Properties, news: Properties): Promise<Difference> => {
    const state = parseState(olds);
    const inputs = timed(news, state);
    const { changes, replaces } = await lifecycle.diff(id, olds, inputs);
    // The engine can only show changes of inputs.
    const shown = replaces.map((field) => (field === "rotateAt" ? "rotation" : field));
    return {
      changes,
      replaces: shown,
      details: changes ? detailsOf(state, inputs, { replaces: shown, now: host.now() }) : {},
    };
  };

  return {
    version,
    schema,
    attach,
    cancel() {
      // Running operations end within their limits, and the engine stores the results.
    },

    checkConfig(urn, inputs) {
      const own = Object.entries(inputs).filter(([key]) => !FROM_ENGINE.includes(key));
      // Stack config must not have it.
      const forStack = own.filter(([key]) => isDefault(urn) || key !== "credentialEnv");
      const unknown = unknownConfigKeys(forStack.map(([key]) => `payengine:${key}`));
      const texts = Object.fromEntries(own.map(([key, value]) => [key, textOf(value)]));
      return {
        inputs: {
          ...texts,
          ...(texts.apiKey !== undefined && { apiKey: secret(texts.apiKey) }),
          ...(isDefault(urn) ? {} : { provider: nameOf(urn) }),
        },
        failures: unknown.map(({ key, problem }) => `${key} ${problem}`),
      };
    },

    configure(args) {
      config = Object.fromEntries(CONFIG_KEYS.map((key) => [`payengine:${key}`, args[key]]));
      void lifecycle.configure({ config: { get: setting } });
    },

    async check({ urn }, olds, news, seed): Promise<Checked> {
      const foreign = FROM_PROGRAM.filter((key) => key in news);
      const fromUrn = { defaultNamePrefix: prefixOf(urn), digits: digitsFrom(urn, seed) };
      const { inputs, failures } = await lifecycle.check(olds, { ...omit(news, FROM_PROGRAM), ...fromUrn });
      return {
        inputs: marked(omit(inputs, ["rotateAt"])),
        failures: [
          ...foreign.map((key) => `${key} is not an argument of ApiKey`),
          ...failures.map(({ reason }) => reason),
        ],
      };
    },

    diff: ({ id }, olds, news) => compare(id, olds, news),

    async create(_target, inputs, manner) {
      const asked = timed(inputs);
      if (manner.preview) return { id: "", state: foreseen(host, asked) };
      if (asked.adoptedKeyId === undefined) host.watchdog.getReady();
      const { id, outs } = await lifecycle.create(asked, manner.limitMs);
      return { id, state: outs };
    },

    async read(target, state, inputs): Promise<ReadResult | undefined> {
      if (state.uniqueName === undefined) return importKey(target);
      const result = await lifecycle.read(target.id, state);
      return result.props && { id: target.id, state: result.props, inputs: marked(inputs) };
    },

    async update({ id }, olds, news, manner) {
      const state = parseState(olds);
      const asked = timed(news, state);
      if (manner.preview) return changed(state, asked);
      const { outs } = await lifecycle.update(id, olds, asked, manner.limitMs);
      return outs;
    },

    delete: ({ id }, state, { limitMs }) => lifecycle.delete(id, state, limitMs),

    invoke: (name, args) => lookUp(name, args, setting, host.env),
  };

  /** Adopts a key whose value is in an environment variable, with the same proof as `adopt`. The resource gets a new ID. */
  async function importKey({ urn, id: keyId }: Target): Promise<ReadResult> {
    const token = host.env.PAYENGINE_IMPORT_TOKEN;
    if (!token) {
      throw new KeyError(
        `The key ${keyId} cannot be imported without its value, which PayEngine shows only when a key is created. If you ` +
          "kept the value, set PAYENGINE_IMPORT_TOKEN to it and import again, or use the argument adopt. Otherwise create " +
          "a new ApiKey. Nothing was changed.",
      );
    }
    const { type } = await lookUp("getApiKey", { id: keyId }, setting, host.env);
    const fromUrn = { defaultNamePrefix: prefixOf(urn), digits: digitsFrom(urn, new Uint8Array()) };
    const { inputs, failures } = await lifecycle.check({}, { type, adopt: { keyId, token }, ...fromUrn });
    if (failures.length > 0) throw new KeyError(failures.map(({ reason }) => reason).join("; "));
    const { id, outs } = await lifecycle.create(inputs as Properties);
    return { id, state: outs, inputs: omit(inputs, ["adopt", "rotateAt"]) };
  }
}

/** The state of a new key, as far as a preview can know it. */
function foreseen(host: Host, inputs: ApiKeyInputs): Properties {
  const notice = adoptionNotice({}, { ...inputs, uniqueName: UNKNOWN });
  if (notice !== undefined) host.warn(notice);
  return { ...omit(inputs, ["adopt"]), ...toldBefore(inputs), ...(inputs.rotation && { rotateAt: UNKNOWN }) };
}

/** The state after an update, as far as a preview can know it. */
function changed(state: ApiKeyState, inputs: ApiKeyInputs): Properties {
  // Drop the earlier rotation: it may hold a secret that the engine no longer marks as one.
  const outputs = { ...omit(outputsOf(state), ["rotation"]), ...omit(inputs, ["adopt"]) };
  return bringsKey(state, inputs) ? { ...outputs, ...toldBefore(inputs) } : outputs;
}

function bringsKey(state: ApiKeyState, inputs: ApiKeyInputs): boolean {
  if (lacksKey(state) || state.adoptedFingerprint !== inputs.adoptedFingerprint) return true;
  return rotationDue(state, inputs) !== undefined && !hasPrevious(state);
}

/** Outputs of a key that does not exist yet. */
function toldBefore({ type }: Pick<ApiKeyInputs, "type">): Properties {
  const told = Object.fromEntries(TOLD_BY_PAYENGINE.map((field) => [field, UNKNOWN]));
  return { ...told, token: type === "public" ? UNKNOWN : secret(UNKNOWN) };
}

/** Lists the changes that a preview shows: changed inputs, and work that the update finishes. */
function detailsOf(
  state: ApiKeyState,
  inputs: ApiKeyInputs,
  { replaces, now }: { readonly replaces: readonly string[]; readonly now: Date },
): Record<string, DiffKind> {
  const changes = SHOWN.filter((field) => !isDeepStrictEqual(state[field], inputs[field]));
  const details = Object.fromEntries(changes.map((field) => [field, kindOf(state[field], inputs[field])]));
  if (rotationDue(state, inputs) !== undefined) details.rotation = "update";
  for (const field of replaces) details[field] ??= "update";
  if (state.pendingAction !== undefined) details.pendingAction = "delete";
  if (hasPrevious(state) && !isPreviousPromised(state, now)) details.previousRevokeAt = "delete";
  return details;
}

function kindOf(before: unknown, after: unknown): DiffKind {
  if (before === undefined) return "add";
  return after === undefined ? "delete" : "update";
}

/** Marks the value in `adopt` as a secret, even if the program does not. */
function marked(inputs: Properties): Properties {
  const { adopt } = inputs as { adopt?: Properties };
  if (adopt?.token === undefined) return inputs;
  return { ...inputs, adopt: { ...adopt, token: secret(adopt.token) } };
}

function adoptOf({ adopt }: Properties): { readonly adopt?: unknown } {
  return adopt === undefined ? {} : { adopt };
}

/** Stack config holds strings. A program may pass numbers and objects. */
function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The digits of a new resource's name. They are random, but the same for an update plan and its update. */
function digitsFrom(urn: string, seed: Uint8Array): string {
  const random = seed.length > 0 ? seed : crypto.getRandomValues(new Uint8Array(32));
  return createHash("sha256").update(random).update(urn).digest("hex").slice(0, DIGITS);
}

/** `project-stack-resource`, from `urn:pulumi:stack::project::type::resource`. */
function prefixOf(urn: string): string {
  const [stack = "", project = ""] = urn.replace(/^urn:pulumi:/, "").split("::");
  return `${project}-${stack}-${nameOf(urn)}`;
}

/** Names may contain colons. */
function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** Whether stack config configures this provider. */
function isDefault(urn: string): boolean {
  return /^default(_|$)/.test(nameOf(urn));
}

function omit(properties: Properties, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).filter(([field]) => !fields.includes(field)));
}
