import type { z } from "zod";
import { fingerprint } from "../payengine/key-value";
import { KeyError } from "./context";
import { fieldsOf, type Journal, type Reconciled } from "./journal";
import { generationOf } from "./names";
import { plainInputs, plainState, schemas } from "./plain";
import type { Adopt, ApiKeyInputs, ApiKeyState, IssuedKey } from "./schema";

type Properties = Readonly<Record<string, unknown>>;

/** The first package version with the current state format. Older versions must not read it. */
export const SCHEMA_VERSION = "0.1.0";

/** The package version that a state needs, if this one is too old. */
export function neededVersion({ schemaVersion }: Properties): string | undefined {
  if (typeof schemaVersion !== "string") return undefined;
  const isNewer = schemaVersion.localeCompare(SCHEMA_VERSION, "en", { numeric: true }) > 0;
  return isNewer ? schemaVersion : undefined;
}

/** @throws KeyError if a newer version wrote the state, or with the names of damaged fields, never their values. */
export function parseState(properties: Properties): ApiKeyState {
  const needed = neededVersion(properties);
  if (needed !== undefined)
    throw new KeyError(
      `The state of the key ${quoted(properties.name)} was written by a newer version of pulumi-payengine. Install ` +
        `pulumi-payengine ${needed} or later, and run this again. Nothing was changed.`,
    );
  const plainly = plainState(properties);
  if (plainly !== undefined) return plainly;
  const result = schemas().ApiKeyState.safeParse(properties);
  if (result.success) return result.data;
  throw new KeyError(
    `The state of the key ${quoted(properties.name)} cannot be read (${issuesOf(result.error)}). Restore it from an ` +
      "earlier `pulumi stack export`; or run `pulumi state delete` with its URN, and revoke the key in PayEngine's " +
      "dashboard.",
  );
}

/** @throws KeyError with the names of damaged fields, never their values. */
export function parseInputs(properties: Properties): ApiKeyInputs {
  const plainly = plainInputs(properties);
  if (plainly !== undefined) return plainly;
  const result = schemas().ApiKeyInputs.safeParse(properties);
  if (result.success) return result.data;
  const name = quoted(properties.uniqueName);
  throw new KeyError(`The inputs of the key ${name} cannot be read (${issuesOf(result.error)}).`);
}

/** Inputs of a resource in state; undefined if it is not in state yet or they are damaged. */
export function readInputs(properties: Properties): ApiKeyInputs | undefined {
  if (properties.uniqueName === undefined) return undefined;
  return plainInputs(properties) ?? schemas().ApiKeyInputs.safeParse(properties).data;
}

/** The key that a creation adopts. */
export function adoptIn(properties: Properties): Adopt | undefined {
  return properties.adopt === undefined ? undefined : schemas().Adopt.parse(properties.adopt);
}

function quoted(name: unknown): string {
  return typeof name === "string" ? `"${name}"` : "without a name";
}

function issuesOf(error: z.ZodError): string {
  return error.issues.map(({ path, code }) => `${path.join(".")}: ${code}`).join("; ");
}

/** The state with a new key and what is left to reconcile. */
export function withKey(
  state: ApiKeyState,
  { key, journal, pendingAction }: Reconciled & { readonly key: IssuedKey },
): ApiKeyState {
  return withJournal({ ...state, ...keyFields(state.uniqueName, key) }, journal, pendingAction);
}

/** The state with the journal. */
export function withJournal(
  state: ApiKeyState,
  journal: Journal,
  pendingAction: ApiKeyState["pendingAction"],
): ApiKeyState {
  return plain({ ...state, ...fieldsOf(journal, state.name, pendingAction) });
}

/** Fields of a key in state. */
export function keyFields(uniqueName: string, { name, id, value, redacted, createdAt }: IssuedKey) {
  const generation = generationOf(uniqueName, name);
  return {
    name,
    generation: generation > 1 ? generation : undefined,
    keyId: id,
    ...valueFields(value, redacted),
    createdAt,
  };
}

/** Fields of a value in state. */
export function valueFields(value: string, redacted = `${value.slice(0, 4)}…${value.slice(-4)}`) {
  return { token: value, redactedToken: redacted, fingerprint: fingerprint(value) };
}

const PREVIOUS = [
  "previousKeyId",
  "previousToken",
  "previousRedactedToken",
  "previousFingerprint",
  "previousRevokeAt",
] as const;

/** The key in use as the previous key of a rotation. */
export function asPrevious(
  { keyId, token, redactedToken, fingerprint: print }: ApiKeyState,
  revokeAt: Date,
): Pick<ApiKeyState, (typeof PREVIOUS)[number]> {
  return {
    previousKeyId: keyId,
    previousToken: token,
    previousRedactedToken: redactedToken,
    previousFingerprint: print,
    previousRevokeAt: revokeAt.toISOString(),
  };
}

/** Fields of the previous key. */
export function previousFields(state: ApiKeyState): Pick<ApiKeyState, (typeof PREVIOUS)[number]> {
  return Object.fromEntries(PREVIOUS.map((field) => [field, state[field]]));
}

/** State without the previous key. */
export function withoutPrevious(state: ApiKeyState): ApiKeyState {
  return omit(state, ...PREVIOUS);
}

/** Drops undefined fields: state is plain JSON, and the engine's encoder throws on undefined. */
export function plain<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}

/** The value without some of its fields. */
export function omit<T extends object, K extends keyof T>(value: T, ...fields: readonly K[]): Omit<T, K> {
  const rest = { ...value };
  for (const field of fields) delete rest[field];
  return rest;
}
