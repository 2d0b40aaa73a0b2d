import { isDeepStrictEqual } from "node:util";
import type { z } from "zod";
import { shortFingerprint } from "../payengine/key-value";
import { DEFAULT_API_URL } from "../payengine/settings";
import { adoptionOf } from "./adoption";
import { type Configuration, type Failure, type KnownSettings, UNKNOWN } from "./context";
import { handAdoptionOf } from "./hand-made";
import { digitsOf, uniqueName } from "./names";
import { isInputField, isPlainName, isProgramField, plainEarlier, plainProgram, schemas } from "./plain";
import { isSameAddress, whyElsewhere } from "./proof";
import { cutsAtOnce, nextRotateAt, type Rotating, rotationOf } from "./rotation";
import type { ApiKeyInputs, Earlier, Program } from "./schema";
import { omit, plain } from "./state";

type Properties = Readonly<Record<string, unknown>>;

/** Arguments of the resource and of each argument that is an object. */
const TAKES: Readonly<Record<string, string>> = {
  "": "type, namePrefix, verify, rotation and adopt",
  verify: "timeout",
  rotation: "period, triggers and overlap",
  adopt: "keyId, token and allowUnproven",
};

/** Result of check: the inputs to keep and all failures. */
export interface Checked {
  readonly inputs: Partial<ApiKeyInputs>;
  readonly failures: readonly Failure[];
}

/** What check reads besides the arguments. */
export interface Surroundings {
  readonly configuration: Configuration;
  /** Undefined for the default provider. */
  readonly providerName?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: Date;
}

/**
 * Checks the arguments and fixes what must never change: the name prefix at creation, the unique name, the address and the
 * credential. Also computes when the key rotates next. Sends no request.
 *
 * @param olds inputs in state; empty when the resource is created or replaced.
 */
export function check(
  olds: object,
  news: object,
  { configuration, providerName, env, now }: Surroundings,
): Checked {
  const earlier = readEarlier(olds as Properties);
  if (earlier === undefined) {
    return {
      inputs: {},
      failures: [{ property: "state", reason: "of this key is damaged; restore it from a backup" }],
    };
  }
  const isNew = earlier.uniqueName === undefined;
  const failures = configuration.kind === "invalid" ? [...configuration.failures] : [];
  if (isNew && isSet(env.PULUMI_SKIP_CHECKPOINTS)) failures.push(NO_CHECKPOINTS);
  const program = readProgram(saidByProgram(olds, news, earlier));
  if (!("namePrefix" in news) && earlier.namePrefix === undefined && "defaultNamePrefix" in news) {
    failures.push(...defaultPrefixFailures(news.defaultNamePrefix));
  }
  if ("failures" in program) return { inputs: {}, failures: [...failures, ...program.failures] };
  const { type, digits, defaultNamePrefix, verify, rotation, protect } = program;
  const namePrefix = program.namePrefix ?? earlier.namePrefix ?? defaultNamePrefix;
  const settings = knownSettings(configuration);
  const isByHand = earlier.madeByHand ?? (isNew && settings?.contract.kind === "dashboard");
  const asked = { ...program, namePrefix };
  const adoption = isByHand
    ? handAdoptionOf(earlier, asked, credentialOf(configuration))
    : adoptionOf(earlier, asked);
  failures.push(...adoption.failures, ...addressFailures(earlier, settings));
  if (!isByHand) failures.push(...rotationFailures({ rotation, protect }, adoption.inputs));
  const isPreview = digits === UNKNOWN;
  const credential = isPreview ? undefined : credentialOf(configuration);
  return {
    failures,
    inputs: plain({
      type,
      namePrefix,
      uniqueName: earlier.uniqueName ?? firstName(namePrefix, digits),
      verify,
      rotation,
      ...adoption.inputs,
      rotateAt: nextRotateAt(earlier, rotation, { now, isPreview }),
      pinnedAccountId: settings?.accountId ?? earlier.pinnedAccountId,
      providerName,
      ...placeOf(earlier, settings, credential),
    }) as Partial<ApiKeyInputs>,
  };
}

/** @returns undefined if they are damaged. */
function readEarlier(olds: Properties): Earlier | undefined {
  return plainEarlier(olds) ?? schemas().Earlier.safeParse(olds).data;
}

function readProgram(said: Properties): Program | { readonly failures: readonly Failure[] } {
  const plainly = plainProgram(said);
  if (plainly !== undefined) return plainly;
  const { data, error } = schemas().Program.safeParse(said);
  return data ?? { failures: error.issues.flatMap(failuresOf) };
}

/**
 * Under `ignoreChanges` the engine passes inputs that check returned earlier, or parts of them, instead of the program's
 * arguments. This removes the ones that are not arguments. The name is fixed by then, so the rest is enough.
 */
function saidByProgram(
  olds: object,
  news: object,
  { namePrefix, uniqueName }: Partial<ApiKeyInputs>,
): Properties {
  const before = new Map(Object.entries(olds));
  const isEcho = (key: string, value: unknown) =>
    isInputField(key) && !isProgramField(key) && isDeepStrictEqual(value, before.get(key));
  const echoed = Object.entries(news).flatMap(([key, value]) => (isEcho(key, value) ? [key] : []));
  const fixed = uniqueName && { defaultNamePrefix: namePrefix, digits: digitsOf(uniqueName) };
  return { ...fixed, ...omit(news as Record<string, unknown>, ...echoed) };
}

const NO_CHECKPOINTS: Failure = {
  property: "PULUMI_SKIP_CHECKPOINTS",
  reason: "is set, so after a crash no state would name the key; unset it to create keys",
};

function firstName(namePrefix: string, digits: string): string {
  return [namePrefix, digits].includes(UNKNOWN) ? UNKNOWN : uniqueName(namePrefix, digits);
}

/** Overlap "0s" needs a resource that can be replaced, and a rotation needs a trigger. */
function rotationFailures(
  { rotation, protect = false }: Pick<Rotating, "rotation"> & { readonly protect: boolean | undefined },
  { adoptedKeyId }: Pick<ApiKeyInputs, "adoptedKeyId">,
): Failure[] {
  const failures: Failure[] = [];
  if (cutsAtOnce({ rotation }) && (protect || adoptedKeyId !== undefined)) {
    const why = protect
      ? 'the option protect forbids that; set an overlap such as "7d", or remove protect'
      : 'an adopted key can only rotate in place; set an overlap such as "1h"';
    failures.push({ property: "rotation.overlap", reason: `is "0s", which replaces the key, and ${why}` });
  }
  const { period, triggers, overlap } = rotationOf({ rotation }) ?? {};
  if (overlap !== undefined && period === undefined && triggers === undefined) {
    const reason = "has neither period nor triggers, so the key would never rotate; set one";
    failures.push({ property: "rotation", reason });
  }
  return failures;
}

/**
 * Address and credential of the key, fixed once and in state before the key exists. Only `formerApiUrl` changes the
 * address.
 *
 * @param credential undefined if it is not known yet.
 */
function placeOf(
  earlier: Partial<ApiKeyInputs>,
  settings: KnownSettings | undefined,
  credential: string | undefined,
): Pick<ApiKeyInputs, "apiUrl" | "credentialFingerprint"> {
  const apiUrl = settings?.apiUrl === DEFAULT_API_URL ? undefined : settings?.apiUrl;
  if (earlier.uniqueName !== undefined) {
    const hasMoved = (earlier.apiUrl ?? DEFAULT_API_URL) === settings?.formerApiUrl;
    return {
      apiUrl: hasMoved ? apiUrl : earlier.apiUrl,
      credentialFingerprint: earlier.credentialFingerprint,
    };
  }
  return { apiUrl, credentialFingerprint: credential === undefined ? UNKNOWN : shortFingerprint(credential) };
}

/** Fails the preview if the key was created at another address. */
function addressFailures(
  { uniqueName: name, apiUrl = DEFAULT_API_URL }: Partial<ApiKeyInputs>,
  settings: KnownSettings | undefined,
): Failure[] {
  if (name === undefined || settings === undefined) return [];
  if ([settings.apiUrl, settings.formerApiUrl].includes(UNKNOWN)) return [];
  if (isSameAddress(apiUrl, settings)) return [];
  return [{ property: "payengine:apiUrl", reason: whyElsewhere(name, apiUrl, settings) }];
}

function credentialOf(configuration: Configuration): string | undefined {
  return configuration.kind === "ready" ? configuration.settings.credential : undefined;
}

function knownSettings(configuration: Configuration): KnownSettings | undefined {
  return configuration.kind === "invalid" ? undefined : configuration.settings;
}

function defaultPrefixFailures(namePrefix: unknown): Failure[] {
  if (isPlainName(namePrefix)) return [];
  const result = schemas().NamePrefix.safeParse(namePrefix);
  if (result.success) return [];
  return result.error.issues.map((issue) => ({
    property: "namePrefix",
    reason: `defaults to <project>-<stack>-<resource>, which ${issue.message}`,
  }));
}

function failuresOf(issue: z.core.$ZodIssue): Failure[] {
  const property = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    const reason = `is not an argument of ${property || "ApiKey"}; it takes ${TAKES[property]}`;
    return issue.keys.map((key) => ({ property: [...issue.path, key].join("."), reason }));
  }
  // The last form of a union is what programs write; the others are for unknown values.
  const written = issue.code === "invalid_union" ? issue.errors.at(-1) : undefined;
  if (written?.length) {
    return written.flatMap((inner) => failuresOf({ ...inner, path: [...issue.path, ...inner.path] }));
  }
  return [{ property, reason: issue.message }];
}

function isSet(variable: string | undefined): boolean {
  return variable !== undefined && !/^(|0|f|false)$/i.test(variable);
}
