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

/** What each argument that is an object takes, and the resource itself. */
const TAKES: Readonly<Record<string, string>> = {
  "": "type, namePrefix, verify, rotation and adopt",
  verify: "timeout",
  rotation: "period, triggers and overlap",
  adopt: "keyId, token and allowUnproven",
};

/** What check answers: the inputs to keep, and everything that is wrong with them. */
export interface Checked {
  readonly inputs: Partial<ApiKeyInputs>;
  readonly failures: readonly Failure[];
}

/** What check knows beside the arguments. */
export interface Surroundings {
  readonly configuration: Configuration;
  /** Undefined for the default provider. */
  readonly providerName?: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly now: Date;
}

/**
 * Checks what the program asks for, and fixes what must never change again: the name prefix that was in force when
 * the resource was made, its unique name, and where it is made. Decides when the key rotates next. Calls nothing.
 *
 * @param olds inputs in state; empty when the resource is made or replaced.
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
      failures: [{ property: "state", reason: "of this key is damaged; restore a backup of it" }],
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

/** @returns undefined where they are damaged. */
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
 * Under `ignoreChanges` the engine gives check what check answered before, or parts of it, in the place of what the program
 * says. What is no argument of the program is taken out; the name is fixed, so what only the program can know is not needed.
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
  reason: "is set, so a crash would leave a key that no state names; unset it to create keys",
};

function firstName(namePrefix: string, digits: string): string {
  return [namePrefix, digits].includes(UNKNOWN) ? UNKNOWN : uniqueName(namePrefix, digits);
}

/** Cutting a key at once replaces it, and a rotation has to have an aim. */
function rotationFailures(
  { rotation, protect = false }: Pick<Rotating, "rotation"> & { readonly protect: boolean | undefined },
  { adoptedKeyId }: Pick<ApiKeyInputs, "adoptedKeyId">,
): Failure[] {
  const failures: Failure[] = [];
  if (cutsAtOnce({ rotation }) && (protect || adoptedKeyId !== undefined)) {
    const why = protect
      ? 'the option protect forbids that; give an overlap such as "7d", or take protect off'
      : 'a key that was adopted rotates in place only; give an overlap such as "1h"';
    failures.push({ property: "rotation.overlap", reason: `is "0s", which replaces the key, and ${why}` });
  }
  const { period, triggers, overlap } = rotationOf({ rotation }) ?? {};
  if (overlap !== undefined && period === undefined && triggers === undefined) {
    const reason = "has neither period nor triggers, so it would never rotate; give one";
    failures.push({ property: "rotation", reason });
  }
  return failures;
}

/**
 * Where the key is made and with which credential: fixed once, so that it is in state before the key exists. Only a
 * console that has moved takes its keys along.
 *
 * @param credential undefined where it is not known yet.
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

/** Where the key was made elsewhere, its next one must not be made here; the preview tells. */
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
    reason: `is project-stack-resource by default, which ${issue.message}`,
  }));
}

function failuresOf(issue: z.core.$ZodIssue): Failure[] {
  const property = issue.path.join(".");
  if (issue.code === "unrecognized_keys") {
    const reason = `is not an argument of ${property || "ApiKey"}; it takes ${TAKES[property]}`;
    return issue.keys.map((key) => ({ property: [...issue.path, key].join("."), reason }));
  }
  // Of several forms, the last one is what people write; the others are for what is not known yet.
  const written = issue.code === "invalid_union" ? issue.errors.at(-1) : undefined;
  if (written?.length) {
    return written.flatMap((inner) => failuresOf({ ...inner, path: [...issue.path, ...inner.path] }));
  }
  return [{ property, reason: issue.message }];
}

function isSet(variable: string | undefined): boolean {
  return variable !== undefined && !/^(|0|f|false)$/i.test(variable);
}
