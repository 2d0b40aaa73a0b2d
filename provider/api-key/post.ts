import { OUT_OF_TIME } from "../client";
import { isCredential } from "../config";
import { ApiError, messageOf, NetworkError } from "../errors";
import { waitBefore } from "../failures";
import type { PayEngineKey } from "../payengine-api";
import { redact } from "../redact";
import type { Context } from "./context";
import type { IssuedKey } from "./state";

/** How one request to create a key ends. */
export type Posted =
  /** The key exists and its value is known. */
  | { readonly kind: "issued"; readonly key: IssuedKey }
  /** It is certain that no key was made. */
  | { readonly kind: "refused"; readonly reason: string }
  /** A key may exist, and its value is lost. */
  | { readonly kind: "lost"; readonly reason: string; readonly keyId?: string }
  /** A key exists that is not the one asked for. */
  | { readonly kind: "wrong"; readonly reason: string; readonly keyId: string };

/** Answers after which it is certain that no key was made. */
const WITHOUT_EFFECT = [400, 401, 403, 404, 405, 413, 415, 422];
/** Failures before anything was sent, after which another try may succeed. */
const NOT_SENT = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN"];

/** Asks PayEngine for a key; repeats the request only where it certainly had no effect. */
export async function postKey(context: Context, name: string, type: string): Promise<Posted> {
  for (let retry = 0; ; retry++) {
    try {
      return judge(await context.api.createKey({ name, type }), name, type);
    } catch (error) {
      const reason = messageOf(error);
      if (!isWorthRepeating(error) || retry >= context.maxRetries) {
        return { kind: isWithoutEffect(error) ? "refused" : "lost", reason };
      }
      await context.sleep(waitBefore(retry, error));
    }
  }
}

function judge(key: PayEngineKey, name: string, type: string): Posted {
  if (key.name !== name || key.type !== type) {
    const reason =
      `PayEngine was asked for a ${type} key of this name and answered with a ${redact(key.type, [])} one named ` +
      `"${redact(key.name, [])}" (${redact(key.id, [])})`;
    return { kind: "wrong", reason, keyId: key.id };
  }
  const isRedacted = type !== "public" && (key.key === key.redactedKey || !isCredential(key.key ?? ""));
  if (!key.key || isRedacted) {
    return { kind: "lost", reason: "PayEngine's answer holds no value of the key", keyId: key.id };
  }
  return { kind: "issued", key: { ...key, key: key.key } };
}

/** Says whether it is certain that a request which failed in this way made no key. */
export function isWithoutEffect(error: unknown): boolean {
  if (isWorthRepeating(error)) return true;
  if (error instanceof NetworkError) return error.code === OUT_OF_TIME;
  return error instanceof ApiError && WITHOUT_EFFECT.includes(error.status);
}

function isWorthRepeating(error: unknown): boolean {
  if (error instanceof NetworkError) return NOT_SENT.includes(error.code);
  return error instanceof ApiError && error.status === 429 && error.byContract;
}
