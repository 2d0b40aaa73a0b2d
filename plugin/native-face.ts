import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { apiKeyProvider, type Host } from "../provider/adapter";
import { adoptionNotice } from "../provider/api-key/adoption";
import { KeyError, UNKNOWN } from "../provider/api-key/context";
import { lacksKey } from "../provider/api-key/journal";
import { DIGITS } from "../provider/api-key/names";
import { hasPrevious, isPreviousPromised, nextRotateAt, rotationDue } from "../provider/api-key/rotation";
import type { ApiKeyInputs, ApiKeyState } from "../provider/api-key/schema";
import { parseInputs, parseState } from "../provider/api-key/state";
import { CONFIG_KEYS } from "../provider/config";
import { unknownConfigKeys } from "../provider/config-keys";
import { outputsOf } from "../provider/outputs";
import { lookUp } from "./lookups";
import type { Checked, Difference, DiffKind, Provider, ReadResult, Target } from "./server";
import { type Properties, secret } from "./wire";

/** What {@link nativeProvider} is made of, beside what the process gives. */
export interface Release {
  readonly version: string;
  readonly schema: () => string;
  /** Called where an engine uses a plugin that somebody else has started. */
  readonly attach: (address: string) => void;
}

/** Arguments that only the dynamic face gives to check. */
const FROM_PROGRAM = ["defaultNamePrefix", "digits", "protect", "__provider"];
/** What the engine adds to a provider's configuration. */
const FROM_ENGINE = ["version", "pluginDownloadURL", "pluginChecksums", "__internal"];
/** What only PayEngine can tell of a new key. */
const TOLD_BY_PAYENGINE = ["keyId", "name", "redactedToken", "fingerprint", "createdAt"] as const;
/** The fields whose change a preview shows. */
const SHOWN = [
  ...["type", "namePrefix", "verify", "rotation", "adoptedFingerprint"],
  ...["pinnedAccountId", "apiUrl", "providerName"],
] as const;

/** Fits the lifecycle of a key to Pulumi's protocol for plugins that every language can use. */
export function nativeProvider(host: Host, { version, schema, attach }: Release): Provider {
  // The engine does not say whether it checks for a preview, which needs no watchdog: create starts it.
  const lifecycle = apiKeyProvider({ ...host, watchdog: { ...host.watchdog, getReady: () => {} } });
  let config: Properties = {};

  /** The inputs with what depends on the moment: it is no input here, since an update plan would not hold. */
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
    // The engine shows what is an input, which the time of the next rotation is not.
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
      // What runs ends within its own limit, and the engine stores it.
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
      const get = (key: string) => config[key] as string | undefined;
      void lifecycle.configure({ config: { get } });
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

    invoke: (name, args) => lookUp(name, args, (key) => config[key] as string | undefined, host.env),
  };

  /** Takes over a key whose value a variable holds. It is proven as for `adopt`, and gets an id of this package. */
  async function importKey({ urn, id: keyId }: Target): Promise<ReadResult> {
    const token = host.env.PAYENGINE_IMPORT_TOKEN;
    if (!token) {
      throw new KeyError(
        `The key ${keyId} cannot be imported without its value, which PayEngine shows only when a key is created. If you ` +
          "kept the value, set PAYENGINE_IMPORT_TOKEN to it and import again, or use the argument adopt. Otherwise create " +
          "a new ApiKey. Nothing was changed.",
      );
    }
    const { type } = await lookUp(
      "getApiKey",
      { id: keyId },
      (key) => config[key] as string | undefined,
      host.env,
    );
    const fromUrn = { defaultNamePrefix: prefixOf(urn), digits: digitsFrom(urn, new Uint8Array()) };
    const { inputs, failures } = await lifecycle.check({}, { type, adopt: { keyId, token }, ...fromUrn });
    if (failures.length > 0) throw new KeyError(failures.map(({ reason }) => reason).join("; "));
    const { id, outs } = await lifecycle.create(inputs as Properties);
    return { id, state: outs, inputs: omit(inputs, ["adopt", "rotateAt"]) };
  }
}

/** What an update will make of new inputs, as far as it can be known before. */
function foreseen(host: Host, inputs: ApiKeyInputs): Properties {
  const notice = adoptionNotice({}, { ...inputs, uniqueName: UNKNOWN });
  if (notice !== undefined) host.warn(notice);
  return { ...omit(inputs, ["adopt"]), ...toldBefore(inputs), ...(inputs.rotation && { rotateAt: UNKNOWN }) };
}

/** What an update will make of the state. Where the key changes, so does what PayEngine tells of it. */
function changed(state: ApiKeyState, inputs: ApiKeyInputs): Properties {
  // An earlier rotation may hold a secret that the engine does not know as one any more.
  const outputs = { ...omit(outputsOf(state), ["rotation"]), ...omit(inputs, ["adopt"]) };
  return bringsKey(state, inputs) ? { ...outputs, ...toldBefore(inputs) } : outputs;
}

function bringsKey(state: ApiKeyState, inputs: ApiKeyInputs): boolean {
  if (lacksKey(state) || state.adoptedFingerprint !== inputs.adoptedFingerprint) return true;
  return rotationDue(state, inputs) !== undefined && !hasPrevious(state);
}

/** Unknown before the update. */
function toldBefore({ type }: Pick<ApiKeyInputs, "type">): Properties {
  const told = Object.fromEntries(TOLD_BY_PAYENGINE.map((field) => [field, UNKNOWN]));
  return { ...told, token: type === "public" ? UNKNOWN : secret(UNKNOWN) };
}

/** What a preview shows: the inputs that differ, and what an update finishes. */
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

/** What a program gives to `adopt` holds a value, whatever the program says of it. */
function marked(inputs: Properties): Properties {
  const { adopt } = inputs as { adopt?: Properties };
  if (adopt?.token === undefined) return inputs;
  return { ...inputs, adopt: { ...adopt, token: secret(adopt.token) } };
}

function adoptOf({ adopt }: Properties): { readonly adopt?: unknown } {
  return adopt === undefined ? {} : { adopt };
}

/** Stack config holds texts; a program may give numbers and objects. */
function textOf(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined;
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** The digits of a new resource's name: random, and the same wherever an update plan is carried out. */
function digitsFrom(urn: string, seed: Uint8Array): string {
  const random = seed.length > 0 ? seed : crypto.getRandomValues(new Uint8Array(32));
  return createHash("sha256").update(random).update(urn).digest("hex").slice(0, DIGITS);
}

/** `project-stack-resource`, from `urn:pulumi:stack::project::type::resource`. */
function prefixOf(urn: string): string {
  const [stack = "", project = ""] = urn.replace(/^urn:pulumi:/, "").split("::");
  return `${project}-${stack}-${nameOf(urn)}`;
}

/** A name may itself hold colons. */
function nameOf(urn: string): string {
  return urn.split("::").slice(3).join("::");
}

/** The engine names the provider that stack config configures. */
function isDefault(urn: string): boolean {
  return /^default(_|$)/.test(nameOf(urn));
}

function omit(properties: Properties, fields: readonly string[]): Record<string, unknown> {
  return Object.fromEntries(Object.entries(properties).filter(([field]) => !fields.includes(field)));
}

function plain<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}
