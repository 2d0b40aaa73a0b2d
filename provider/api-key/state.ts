import { createHash } from "node:crypto";
import { z } from "zod";
import { UNKNOWN } from "../config";
import type { PayEngineKey } from "../payengine/read-answer";
import { KeyError } from "./key-error";
import { generationOf } from "./names";

/** In previews, what the program does not know yet. */
const unknown = z.literal(UNKNOWN);

/** Whether a new private key is tried before anybody gets it, and for how long, such as "30s". */
const Verify = z.union([z.boolean(), z.object({ timeout: z.string() }), unknown]);

export type Verify = z.infer<typeof Verify>;

/** When a key gives way to the next one, and for how long it works on beside it. */
const Rotation = z.object({
  period: z.string().optional(),
  /** Any change makes the next key. */
  triggers: z.union([z.record(z.string(), z.unknown()), unknown]).optional(),
  overlap: z.string(),
});

export type Rotation = z.infer<typeof Rotation>;

/** What a program asks for, as check leaves it: this stands in state before the key is made. */
export const ApiKeyInputs = z.object({
  type: z.string(),
  namePrefix: z.string(),
  /** `<namePrefix>-<10 hex digits>`: the resource's id, and what every recovery looks for. */
  uniqueName: z.string(),
  verify: Verify.optional(),
  rotation: z.union([Rotation, unknown]).optional(),
  /** When the first `up` rotates by `rotation.period` (ISO 8601); unknown in a preview that has no earlier one. */
  rotateAt: z.string().optional(),
  /** The key that the resource took over when it was made, and not of its own making. */
  adoptedKeyId: z.string().optional(),
  /** Fingerprint of the value that came with it. */
  adoptedFingerprint: z.string().optional(),
  /** Somebody makes the key in the dashboard: nothing tells its id, and only people can revoke it. */
  madeByHand: z.boolean().optional(),
  /** What config pins the account by: an id that it shows. */
  pinnedAccountId: z.string().optional(),
  /** Address of the API at which the key is made; left out for PayEngine's own. */
  apiUrl: z.string().optional(),
  /** Which credential makes the key: {@link placeFingerprint}. */
  credentialFingerprint: z.string().optional(),
});

export type ApiKeyInputs = z.infer<typeof ApiKeyInputs>;

/** The key to take over, and its value: it stands in the inputs of the creation, and in no output. */
export const Adopt = z.object({
  /** Left out for a key of the dashboard, whose id nothing tells. */
  keyId: z.string().optional(),
  token: z.string(),
  allowUnproven: z.union([z.boolean(), unknown]).optional(),
});

export type Adopt = z.infer<typeof Adopt>;

/** What state holds of a key: the resource's outputs. Plain JSON, with nothing undefined. */
export const ApiKeyState = ApiKeyInputs.extend({
  /** The key's name at PayEngine; that of the resource for a key made by hand. */
  name: z.string(),
  /** The account's id, where PayEngine told it when the key was made. */
  accountId: z.string().optional(),
  /** A merchant of the account in which the key was made, where it had one. */
  merchantId: z.string().optional(),
  /** Without it the key is yet to be made; with it and no token, it is a key to revoke. */
  keyId: z.string().optional(),
  token: z.string().optional(),
  redactedToken: z.string().optional(),
  /** First 16 hex digits of the token's SHA-256. */
  fingerprint: z.string().optional(),
  createdAt: z.string().optional(),
  /** Counts the keys of this resource, from 1. */
  generation: z.number().optional(),
  /** When this key took the place of the one before it (ISO 8601). */
  rotatedAt: z.string().optional(),
  /** The key before this one works beside it until then (ISO 8601), and is revoked by the first `up` after that. */
  previousRevokeAt: z.string().optional(),
  previousKeyId: z.string().optional(),
  previousToken: z.string().optional(),
  /** What is left to do: `create` the key, or `settle` whether a lost request has made a second one. */
  pendingAction: z.enum(["create", "settle"]).optional(),
  /** Names of the attempts whose effect is unknown: no key of that name has been found. */
  lostNames: z.array(z.string()).optional(),
  /** When those attempts can no longer have an effect (ISO 8601). */
  settleAfter: z.string().optional(),
  /** The name that was posted last, where it is not the key's. */
  latestName: z.string().optional(),
  /** A key to revoke, which its name alone may not tell of. */
  strayKeyId: z.string().optional(),
});

export type ApiKeyState = z.infer<typeof ApiKeyState>;

/** A key whose value is known. */
export type IssuedKey = PayEngineKey & { readonly value: string };

/** How create and update end: with the key, or with a state from which the next `up` or destroy goes on. */
export type Outcome =
  | { readonly kind: "complete"; readonly state: ApiKeyState }
  | { readonly kind: "unfinished"; readonly state: ApiKeyState; readonly reason: string };

/** @throws KeyError that names the damaged fields, without their values. */
export function parseState(properties: Readonly<Record<string, unknown>>): ApiKeyState {
  const result = ApiKeyState.safeParse(properties);
  if (result.success) return result.data;
  throw new KeyError(
    `The state of the key ${quoted(properties.name)} cannot be read (${issuesOf(result.error)}). Restore it from an ` +
      "earlier `pulumi stack export`; or run `pulumi state delete` with its URN, and revoke the key in PayEngine's " +
      "dashboard.",
  );
}

/** @throws KeyError that names the damaged fields, without their values. */
export function parseInputs(properties: Readonly<Record<string, unknown>>): ApiKeyInputs {
  const result = ApiKeyInputs.safeParse(properties);
  if (result.success) return result.data;
  const name = quoted(properties.uniqueName);
  throw new KeyError(`The inputs of the key ${name} cannot be read (${issuesOf(result.error)}).`);
}

/** The key that a creation is to take over. */
export function adoptIn(properties: Readonly<Record<string, unknown>>): Adopt | undefined {
  return Adopt.optional().parse(properties.adopt);
}

function quoted(name: unknown): string {
  return typeof name === "string" ? `"${name}"` : "without a name";
}

function issuesOf(error: z.ZodError): string {
  return error.issues.map(({ path, code }) => `${path.join(".")}: ${code}`).join("; ");
}

export function fingerprint(token: string): string {
  return createHash("sha256").update(token).digest("hex").slice(0, 16);
}

/** Tells credentials apart, and says nothing else of them: 8 hex digits of the SHA-256. */
export function placeFingerprint(credential: string): string {
  return fingerprint(credential).slice(0, 8);
}

/** Drops what is undefined: state is plain JSON, and the engine's encoder throws on the rest. */
export function plain<T extends object>(value: T): T {
  return Object.fromEntries(Object.entries(value).filter(([, field]) => field !== undefined)) as T;
}

/** The value without some of its fields. */
export function omit<T extends object, K extends keyof T>(value: T, ...fields: readonly K[]): Omit<T, K> {
  const rest = { ...value };
  for (const field of fields) delete rest[field];
  return rest;
}

/** What an issued key adds to the state. */
export function issuedFields(uniqueName: string, key: IssuedKey) {
  return plain({
    name: key.name,
    generation: generationOf(uniqueName, key.name),
    keyId: key.id,
    ...valueFields(key.value, key.redacted),
    createdAt: key.createdAt,
  });
}

/** What a value adds to the state. */
export function valueFields(value: string, redacted = `${value.slice(0, 4)}…${value.slice(-4)}`) {
  return { token: value, redactedToken: redacted, fingerprint: fingerprint(value) };
}
